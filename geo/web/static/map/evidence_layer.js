/* The evidence chain of the open report: lines from market to buyer to site. The map behind
   it pales; a line is pressed, or the list beside it is walked, to read what supports it. */
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const { chainGlyphs, day, fill, night } = window.KharitaPalette;
  const BEND = 0.16;
  const POINTS = 24;
  const Z = 6;

  /* A curve between two places, the same at every zoom. */
  function curve(map, from, to) {
    const [a, b] = [map.project(from, Z), map.project(to, Z)];
    const d = b.subtract(a);
    const way = d.x >= 0 ? -1 : 1; // always bent to the same side of the sheet: upwards
    const c = a
      .add(b)
      .divideBy(2)
      .add(L.point(-d.y, d.x).multiplyBy(BEND * way));
    return Array.from({ length: POINTS + 1 }, (_, i) => {
      const t = i / POINTS;
      return map.unproject(
        a
          .multiplyBy((1 - t) ** 2)
          .add(c.multiplyBy(2 * t * (1 - t)))
          .add(b.multiplyBy(t * t)),
        Z,
      );
    });
  }

  class Evidence {
    constructor(live, map) {
      this.live = live;
      this.map = map;
      map.createPane("evidence").style.zIndex = 450;
      map.createPane("evidence-marks").style.zIndex = 620;
      this.lines = L.layerGroup().addTo(map);
      this.renderer = L.svg({ pane: "evidence", padding: 0.5 });
      map.on("moveend", () => this.keepInside());
      // letters change its height
      document.fonts.addEventListener("loadingdone", () => this.keepInside());
    }

    /* The label of the step is whole, and clear of the buttons in the corners, wherever its line
       is. */
    keepInside() {
      const label = this.map
        .getPane("evidence-marks")
        .querySelector(".kh-proof-at .kh-proof-label");
      if (!label) return;
      label.style.translate = "";
      const edge = this.map.getContainer().getBoundingClientRect();
      const box = label.getBoundingClientRect();
      const down = Math.max(0, edge.top + 8 - box.top);
      const bars = [...this.map.getContainer().querySelectorAll(".leaflet-top .leaflet-control")]
        .map((bar) => bar.getBoundingClientRect())
        .filter((bar) => bar.height && bar.bottom > box.top + down && bar.top < box.bottom + down);
      const middle = (edge.left + edge.right) / 2;
      const shift = (from, to, y) => {
        const x = Math.max(from - box.left, Math.min(0, to - box.right));
        label.style.translate = `${x}px ${y}px`;
      };
      const left =
        Math.max(edge.left, ...bars.filter((bar) => bar.right < middle).map((bar) => bar.right)) +
        8;
      const right =
        Math.min(edge.right, ...bars.filter((bar) => bar.left > middle).map((bar) => bar.left)) - 8;
      if (box.width > right - left) {
        // no room between them: under the lower one
        const under = Math.max(edge.top + 8, ...bars.map((bar) => bar.bottom + 6));
        shift(edge.left + 8, edge.right - 8, under - box.top);
      } else shift(left, right, down);
    }

    async show(page) {
      await this.live.turn; // words and legend are there
      const { sel, filters, proof, lang, at } = page.view;
      const id = sel.startsWith("report:") && page.path.endsWith("/veille") ? sel.slice(7) : "";
      this.wanted = `${id}|${filters}|${proof}|${lang}`;
      const wanted = this.wanted;
      const answer = id
        ? await (page.getJSON || window.KharitaLive.getJSON)(
            `/api/watch/${encodeURIComponent(id)}?${filters}`,
          ).catch(() => null)
        : null;
      if (this.wanted !== wanted) return;
      this.draw(answer?.chain, Number(proof) || 0, page);
      const key = `${id}|${filters}`;
      const first = this.fitted === undefined;
      const step = answer?.chain.steps[Number(proof) - 1];
      const branch = step ? branchOf(answer.chain, Number(proof) - 1) : "";
      if (this.fitted !== `${key}|${branch}`) this.fit(first && at ? null : answer?.chain, branch);
      this.fitted = `${key}|${branch}`;
      this.legend(answer?.chain, page);
      this.keepInside();
      const legend = this.map.getContainer().querySelector(".kh-legend:not(.kh-chain-key)");
      if (legend && !this.folded && page.path.endsWith("/veille")) {
        // this map is low: its legend waits to be asked for
        legend.open = false;
        this.folded = true;
      }
      document.documentElement.dataset.chain = answer ? `${id}|${proof}` : "";
    }

    /* The whole chain, or the branch of the market that is being walked. */
    fit(chain, branch) {
      const within = (sel) =>
        !branch || chain.steps.some((s, i) => s.end === sel && branchOf(chain, i) === branch);
      const places = chain
        ? Object.entries(chain.nodes)
            .filter(([sel, n]) => n.lon !== null && within(sel))
            .map(([, n]) => [n.lat, n.lon])
        : [];
      if (places.length) this.live.frame(() => this.map.fitBounds(places, this.room()));
    }

    /* Room for the label of a step, which stands over its line. */
    room() {
      const wide = this.map.getSize().x > 640;
      return {
        paddingTopLeft: wide ? [145, 95] : [40, 80],
        paddingBottomRight: wide ? [145, 40] : [40, 30],
        maxZoom: 7,
        reset: true,
      };
    }

    /* What lines and marks mean, in place of the legend of the whole map. */
    legend(chain, page) {
      this.key?.remove();
      this.key = null;
      if (!chain?.steps.length) return;
      const w = this.live.words;
      const box = node("div", "kh-legend kh-chain-key");
      box.dir = page.view.dir;
      for (const [kind, word] of [
        ["market", "ui.watch.key_market"],
        ["buyer", "ui.watch.key_buyer"],
        ["site", "ui.watch.key_site"],
      ]) {
        const row = node("div", "kh-key");
        row.append(
          symbol(
            kind,
            document.documentElement.dataset.dark === "1" ? night.chain[kind] : day.chain[kind],
          ),
          node("span", "", w[word]),
        );
        box.append(row);
      }
      for (const [name, word] of [
        ["said", "ui.watch.key_said"],
        ["inferred", "ui.watch.key_inferred"],
      ]) {
        const row = node("div", "kh-key");
        row.append(node("i", `kh-stroke ${name}`), node("span", "", w[word]));
        box.append(row);
      }
      this.key = L.control({ position: "bottomleft" });
      this.key.onAdd = () => {
        L.DomEvent.disableClickPropagation(box);
        return box;
      };
      this.key.addTo(this.map);
    }

    draw(chain, now, page) {
      this.lines.clearLayers();
      const dark = document.documentElement.dataset.dark === "1";
      const color = (dark ? night : day).chain;
      this.map.getPane("overlayPane").style.opacity = chain?.steps.length ? "0.22" : "";
      if (!chain) return;
      const place = (sel) => {
        const n = chain.nodes[sel];
        return n && n.lon !== null ? L.latLng(n.lat, n.lon) : null;
      };
      // A buyer of whom only the country is known is drawn from its market.
      const market = new Map(
        chain.steps.filter((s) => s.kind === "buyer").map((s) => [s.end, s.start]),
      );
      const active = new Set();
      chain.steps.forEach((step, i) => {
        const n = i + 1;
        const [from, to] = [place(step.start) || place(market.get(step.start)), place(step.end)];
        const on = n === now;
        if (on) for (const sel of [step.start, step.end]) active.add(sel);
        if (!from || !to || from.equals(to)) {
          const spot = to || from || place(market.get(step.end));
          if (on && spot)
            this.lines.addLayer(
              L.marker(spot, {
                pane: "evidence-marks",
                interactive: false,
                keyboard: false,
                zIndexOffset: 2000,
                icon: L.divIcon({
                  className: "kh-proof-at",
                  html: label(step, chain, page),
                  iconSize: [0, 0],
                }),
              }),
            );
          return;
        }
        const path = curve(this.map, from, to);
        const go = () => page.go({ op: "set", field: "proof", value: String(n) });
        const style = {
          renderer: this.renderer,
          interactive: false,
          color: color[step.kind],
          weight: on ? 4 : 1.6,
          opacity: on ? 1 : now ? 0.4 : 0.75,
          dashArray: step.basis === "inferred" ? (on ? "8 6" : "5 4") : null,
          className: `kh-line ${step.kind}${on ? " on" : ""}`,
        };
        if (on)
          this.lines.addLayer(
            L.polyline(path, {
              ...style,
              color: dark ? "#101918" : "#fff",
              weight: 8,
              opacity: 0.9,
              dashArray: null,
              className: "kh-casing",
            }),
          );
        this.lines.addLayer(L.polyline(path, style));
        // A wide unseen line is what a finger meets. The keyboard walks the steps beside the map
        // instead: a line has no name to read, and may run far out of sight.
        const touch = L.polyline(path, {
          renderer: this.renderer,
          color: "#000",
          opacity: 0,
          weight: 14,
          className: "kh-touch",
        })
          .on("click", (e) => {
            L.DomEvent.stop(e);
            go();
          })
          .bindTooltip(label(step, chain, page), { sticky: true });
        this.lines.addLayer(touch);
        touch.getElement()?.setAttribute("tabindex", "-1");
        if (on)
          this.lines.addLayer(
            L.marker(path[POINTS >> 1], {
              pane: "evidence-marks",
              interactive: false,
              keyboard: false,
              zIndexOffset: 2000,
              icon: L.divIcon({
                className: "kh-proof-at",
                html: label(step, chain, page),
                iconSize: [0, 0],
              }),
            }),
          );
      });
      for (const [sel, node] of Object.entries(chain.nodes)) {
        if (node.lon === null) continue;
        this.lines.addLayer(
          L.marker([node.lat, node.lon], {
            pane: "evidence-marks",
            keyboard: false,
            zIndexOffset: active.has(sel) ? 500 : 0,
            icon: L.divIcon({
              className: "kh-end-at",
              html: end(node, active.has(sel), color, !now || active.has(sel)),
              iconSize: [0, 0],
            }),
          }).on("click", () =>
            page.go({
              op: "set",
              field: "proof",
              value: String(chain.steps.findIndex((s) => s.end === sel) + 1),
            }),
          ),
        );
      }
    }
  }

  /* What supports a link, short: its words, where they stand, or why it is inferred. */
  function label(step, chain, page) {
    const box = node("div", "kh-proof-label");
    box.dir = page.view.dir;
    const quote = step.quotes[0];
    box.append(node("b", "", chain.nodes[step.end].title));
    if (quote) {
      const text = quote.pieces.map((p) => p[0]).join("");
      box.append(
        node("span", "", text.length > 120 ? `${text.slice(0, 118)}…` : text),
        node("i", "", quote.where),
      );
    } else box.append(node("span", "", step.why));
    for (const part of box.children) part.dir = "auto";
    return box;
  }

  function end(item, on, color, named) {
    const box = node("div", `kh-end ${item.class}${on ? " on" : ""}`);
    box.append(symbol(item.class, item.class === "maison" ? fill.maison : color[item.class]));
    if (item.class !== "market" && named && (on || item.class === "buyer"))
      // countries are named by the map
      box.append(node("span", "", item.title));
    box.title = item.title;
    return box;
  }

  function symbol(shape, fill) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", chainGlyphs[shape]);
    path.setAttribute("fill", fill);
    svg.append(path);
    return svg;
  }

  /* The market at the head of a step. */
  function branchOf(chain, i) {
    while (i >= 0 && chain.steps[i].kind !== "market") i -= 1;
    return i < 0 ? "" : chain.steps[i].end;
  }

  function node(tag, name, text) {
    const made = document.createElement(tag);
    made.className = name;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  const start = window.KharitaLive.start;
  window.KharitaLive.start = (map, config) => {
    const live = start(map, config);
    const evidence = new Evidence(live, map);
    const follow = () => {
      const page = window.parent.kharita;
      const act = () => evidence.show(page).catch((error) => console.error(error));
      page.follow(evidence, act, () => window.frameElement !== null);
      act();
    };
    if (window.parent.kharita) follow();
    else window.parent.addEventListener("kharita", follow, { once: true });
    return live;
  };
})();
