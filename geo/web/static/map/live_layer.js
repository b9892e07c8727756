/* The live layer: asks the layer routes for what the viewport needs and draws the answer.
   The map itself never changes: it follows the view that its page keeps (core/view_store.js), and
   hands one intent per click back to it. Neither a filter nor a pan runs the script. */
(() => {
  "use strict";
  const { Renderer, Mark, arrange, boundsOf } = window.KharitaMarks;
  const KINDS = { buyer: "buyer", site: "site", maison: "site", fair: "fair" };
  const USUAL = "buyers,sites,maisons"; // what the routes take when nothing is said of layers
  const CACHE = 24;
  let page; // the view of the page around this frame: core/view_store.js

  const Live = L.FeatureGroup.extend({
    initialize(map, config) {
      L.FeatureGroup.prototype.initialize.call(this, []);
      this.config = config;
      this.renderer = new Renderer({ padding: 0.1 });
      this.answers = new Map();
      this.tags = L.layerGroup();
      this.message = null;
      this.on("click", this._click, this);
      this.on("mouseover", this._hover, this);
      this.on("mouseout", () => this.tip?.remove());
      this.home = { center: map.getCenter(), zoom: map.getZoom() };
      this.addTo(map);
      this.tags.addTo(map);
    },

    onAdd(map) {
      L.FeatureGroup.prototype.onAdd.call(this, map);
      map.on("moveend", this._moved, this);
      // While the page settles its frame is chosen again for each size; once the reader acts, what
      // they see holds.
      this.sizes = new ResizeObserver(() =>
        this._place(() => {
          map.invalidateSize({ pan: false });
          if (!this.settled && this.framed) this.framed();
        }),
      );
      for (const act of ["pointerdown", "keydown"]) {
        for (const place of [document, window.parent.document])
          place.addEventListener(
            act,
            () => {
              this.settled = true;
            },
            { once: true, capture: true },
          );
      }
      this.sizes.observe(map.getContainer());
    },

    onRemove(map) {
      map.off("moveend", this._moved, this);
      this.sizes.disconnect();
      L.FeatureGroup.prototype.onRemove.call(this, map);
    },

    /* Follow the view of the page. One at a time: words and labels of a language come first. */
    show(view) {
      this.turn = (this.turn || Promise.resolve())
        .then(() => this._show(view))
        .catch((error) => console.error(error));
    },

    async _show(message) {
      const before = this.message;
      this.message = message;
      this.dark = isDark();
      document.documentElement.dataset.dark = this.dark ? "1" : "";
      document.documentElement.lang = message.lang;
      if (!before && this.locate) this.locate.begin(message);
      else if (!before || this.jump !== page.jump) this._begin(message);
      this.jump = page.jump;
      if (!before || before.lang !== message.lang || this.drawnDark !== this.dark) {
        this.drawnDark = this.dark;
        this.words = await getJSON(message.words);
        window.KharitaControls.draw(this, message);
        this._base(message);
      }
      this.ready = true;
      window.KharitaControls.update(this, message);
      const data = (m) => m && `${m.filters}|${m.layers}|${this._zone(m)}`;
      if (data(before) !== data(message)) {
        if (before) this._map.closePopup();
        this.refresh();
      }
      if (!before || before.sel !== message.sel) this._select(message);
    },

    /* Ring the selected record where it is, even inside a cluster. */
    async _select({ sel, filters }) {
      const [kind, id] = splitSel(sel);
      const placed = kind in KINDS; // others cover an area: no ring
      this.selected = null;
      if (this.features) this._paint(this.features);
      const answer =
        placed &&
        (await page
          .getJSON(`/api/entity/${kind}/${encodeURIComponent(id)}?${filters}`)
          .catch(() => null));
      if (this.message.sel !== sel) return;
      if (answer && answer.lon !== null)
        this.selected = { at: [answer.lon, answer.lat], class: answer.class };
      if (this.features && this.selected) this._paint(this.features);
      window.KharitaControls.offscreen(this);
    },

    _begin(message) {
      if (message.at)
        this.frame(() =>
          this._map.setView([message.at[1], message.at[0]], message.at[2], { reset: true }),
        );
      else if (message.filtered) this.fit({ first: true });
      else this.frame(() => this._map.setView(this.home.center, this.home.zoom, { reset: true }));
    },

    /* Frame what a view asks for; `move` says how at any size, at once (`reset`). */
    frame(move) {
      this.framed = move;
      this._place(move);
    },

    /* Move the map at once: the reader did not, so the address need not say where. */
    _place(move) {
      this.placing = true;
      move();
      this.placing = false;
    },

    /* The drawn zone, where there is one to draw: marks outside it are left out, as from the list.
     */
    _zone(message) {
      return this.locate && message.zone ? `&zone=${encodeURIComponent(message.zone)}` : "";
    },

    _base(message) {
      if (this.base) this.base.remove();
      this.base = window.KharitaBase.create(this._map, {
        urls: { ...this.config.base, labels: message.labels },
        dark: this.dark,
        rtl: message.dir === "rtl",
        avoid: () => this._boxes(),
      });
      const base = this.base;
      page
        .getJSON("/api/ages")
        .then((ages) => {
          if (this.base === base) base.age(ages.markets);
        })
        .catch(() => {}); // without ages nothing is paler
    },

    /* Where labels may not be written: marks and tags, in pixels. */
    _boxes() {
      return [...this._markBoxes(), ...window.KharitaBase.boxesOf(this._map, ".kh-tag, .kh-near")];
    },

    _markBoxes() {
      return this.getLayers().map((mark) => {
        const p = this._map.latLngToContainerPoint(mark.getLatLng());
        const r = mark._radius + 3;
        return [p.x - r, p.y - r, p.x + r, p.y + r];
      });
    },

    async fit({ first = false } = {}) {
      const layers = this.locate ? "&layers=sites,maisons" : "";
      const answer = await getJSON(
        `/api/bounds?${this.message.filters}${layers}${this._zone(this.message)}`,
      );
      if (!answer.bbox) return;
      const [w, s, e, n] = answer.bbox;
      const move = () =>
        this._map.fitBounds(
          [
            [s, w],
            [n, e],
          ],
          { padding: [40, 40], maxZoom: 10, reset: first },
        );
      if (first) this.frame(move);
      else move();
    },

    _moved() {
      if (!this.ready) return;
      this.refresh();
      window.KharitaControls.offscreen(this);
      clearTimeout(this.cameraTimer);
      if (this.touched) this.cameraTimer = setTimeout(() => this._writeCamera(), 250);
    },

    _writeCamera() {
      const { lng, lat } = this._map.getCenter();
      page.camera(lng, lat, this._map.getZoom());
    },

    async refresh() {
      if (this.abort) this.abort.abort();
      this.abort = new AbortController();
      const { filters, layers } = this.message;
      const zone = this._zone(this.message);
      const b = this._map.getBounds().pad(0.08);
      const box = [
        b.getWest(),
        Math.max(-90, b.getSouth()),
        b.getEast(),
        Math.min(90, b.getNorth()),
      ];
      const query =
        `bbox=${box.map((v) => v.toFixed(4))}&zoom=${this._map.getZoom()}` +
        (filters ? `&${filters}` : "") +
        (layers.join() !== USUAL ? `&layers=${layers.join() || "none"}` : "") +
        zone;
      const shown = this.config.layers || [
        "buyers",
        "sites",
        ...(layers.includes("fairs") ? ["fairs"] : []),
      ];
      try {
        const answers = await Promise.all(
          shown.map((name) => this._ask(`/api/layers/${name}?${query}`, this.abort.signal)),
        );
        this.features = answers.flatMap((a) => a.features);
        this._paint(this.features);
        this._tag(answers.flatMap((a) => a.tags));
        this.base.relabel();
        window.KharitaControls.failed(this, false);
        requestAnimationFrame(() => {
          document.documentElement.dataset.painted = `${filters}|${layers}`;
          document.documentElement.dataset.zone = zone;
        });
      } catch (error) {
        // What was drawn stays; only the reader's own change cancels silently.
        if (error.name !== "AbortError") window.KharitaControls.failed(this, true);
      }
    },

    async _ask(url, signal) {
      if (this.answers.has(url)) return this.answers.get(url);
      const answer = await getJSON(url, signal);
      if (this.answers.size >= CACHE) this.answers.delete(this.answers.keys().next().value);
      this.answers.set(url, answer);
      return answer;
    },

    _paint(features) {
      if (!features) return;
      this.clearLayers();
      const [, selected] = splitSel(this.message.sel);
      for (const item of arrange(this._map, features)) {
        const alone = item.parts.length === 1 && item.n === 1;
        const properties = alone
          ? item.f.properties
          : { class: item.f.properties.class, n: item.n, bounds: boundsOf(item.parts) };
        const mark = new Mark(this._map.layerPointToLatLng(item.p), properties, {
          renderer: this.renderer,
        });
        mark.id = alone ? item.f.id : null;
        mark.dark = this.dark;
        mark.byStatus = Boolean(this.locate);
        mark.selected = item.parts.some((f) => f.id === selected) || this._holdsSelection(item);
        this.addLayer(mark);
      }
    },

    _holdsSelection(item) {
      if (!this.selected || item.n === 1 || this.selected.class !== item.f.properties.class)
        return false;
      const { at } = this.selected;
      const [w, s, e, n] = boundsOf(item.parts);
      return at[0] >= w - 1e-5 && at[0] <= e + 1e-5 && at[1] >= s - 1e-5 && at[1] <= n + 1e-5;
    },

    _tag(tags) {
      this.tags.clearLayers();
      // Regions are too close to tell apart from afar: their records are one tag then.
      const near = this._map.getZoom() >= 6;
      const taken = this._markBoxes();
      for (const tag of tags.filter((g) => g.field === "market" || g.wide !== near))
        window.KharitaControls.tag(this, tag, taken).addTo(this.tags);
    },

    _click(event) {
      const mark = event.propagatedFrom || event.sourceTarget;
      L.DomEvent.stop(event);
      this.touched = true;
      const { class: shape, bounds, n } = mark.properties;
      if (mark.id) this.send({ op: "set", field: "sel", value: `${KINDS[shape]}:${mark.id}` });
      else if (this._worthZooming(bounds, n)) {
        const [w, s, e, north] = bounds;
        this._map.fitBounds(
          [
            [s, w],
            [north, e],
          ],
          { padding: [60, 60], maxZoom: 12 },
        );
      } else
        window.KharitaControls.list(this, mark.getLatLng(), `${shape}s`, { bbox: bounds.join() });
    },

    _worthZooming([w, s, e, n]) {
      const one = this._map.project([n, e], 12).distanceTo(this._map.project([s, w], 12));
      return one > 60 && this._map.getZoom() < 12;
    },

    _hover(event) {
      const mark = event.propagatedFrom || event.sourceTarget;
      if (this.tip) this.tip.remove();
      const { class: shape, name, when, n } = mark.properties;
      const text = document.createElement("span");
      text.dir = "auto";
      text.textContent = n
        ? `${this.words[`ui.layer.${shape}s`]} : ${mark.text}`
        : [name, when].filter(Boolean).join(" · ");
      this.tip = L.tooltip({ direction: "top", offset: [0, -mark._radius - 2] })
        .setLatLng(mark.getLatLng())
        .setContent(text)
        .addTo(this._map);
    },

    send(intent) {
      page.go(intent);
    },
  });

  function splitSel(sel) {
    const cut = (sel || "").indexOf(":");
    return cut < 0 ? ["", ""] : [sel.slice(0, cut), sel.slice(cut + 1)];
  }

  function isDark() {
    const color = getComputedStyle(
      window.parent.document.querySelector(".stApp") || window.parent.document.body,
    ).backgroundColor;
    const [r, g, b] = (color.match(/[\d.]+/g) || [255, 255, 255]).map(Number);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b < 100;
  }

  async function getJSON(url, signal) {
    const answer = await fetch(url, { signal });
    if (!answer.ok) throw new Error(`${answer.status} ${url}`);
    return answer.json();
  }

  /* For readers who want no motion: Leaflet asks nobody, and moves by script where CSS cannot stop
     it. */
  function holdStill(map) {
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    map.options.inertia = map._zoomAnimated = false;
    map.panBy = (by) => L.Map.prototype.panBy.call(map, by, { animate: false });
    map.flyTo = (at, zoom) => map.setView(at, zoom, { animate: false });
  }

  window.KharitaLive = {
    getJSON,
    start(map, config) {
      holdStill(map);
      map.setMaxBounds([
        [-80, -220],
        [86, 220],
      ]);
      const live = new Live(map, config);
      // The world's edge is kept at once while a frame is chosen: a pan under way would move the
      // next one.
      map.panInsideBounds = (bounds, options) =>
        L.Map.prototype.panInsideBounds.call(
          map,
          bounds,
          live.placing ? { animate: false } : options,
        );
      if (config.areas) live.locate = new window.KharitaLocate(live);
      for (const name of ["dragstart", "zoomstart"]) {
        map.on(name, () => {
          if (live.ready && !live.placing) live.touched = true;
        });
      }
      const follow = () => {
        page = window.parent.kharita;
        // First of all parts: its answer takes longest to draw.
        page.follow(
          window,
          () => live.show(page.view),
          () => window.frameElement !== null,
          true,
        );
        live.show(page.view);
        if (live.locate) live.locate.follow(page);
      };
      // The page's parts and this frame load side by side: either may be first.
      if (window.parent.kharita) follow();
      else window.parent.addEventListener("kharita", follow, { once: true });
      return live;
    },
  };
})();
