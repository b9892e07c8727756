/* What the Locate page adds to the live map: coverage under the marks, rings, lines and road areas
   around the place, large places out of reach, and a click that makes a place. */
(() => {
  "use strict";
  const { day, night } = window.KharitaPalette;
  const BAD = "#C0122F";
  const BAD_DARK = "#FF8A9C";
  const INK = day.selected;
  const INK_DARK = "#8FD6D0";
  const ROAD = "#8A5A00";
  const ROAD_DARK = "#F0C469";
  const MOROCCO = [
    [20.6, -17.2],
    [36.2, -0.9],
  ];

  class Locate {
    constructor(live) {
      this.live = live;
      this.map = live._map;
      for (const [name, z] of [
        ["khCover", 250],
        ["khRings", 390],
        ["khPlace", 620],
      ]) {
        const pane = this.map.createPane(name);
        pane.style.zIndex = z;
        if (name !== "khPlace") pane.style.pointerEvents = "none";
      }
      this.coverCanvas = L.canvas({ pane: "khCover", padding: 0.3 });
      this.ringCanvas = L.canvas({ pane: "khRings", padding: 0.3 });
      this.cover = L.layerGroup().addTo(this.map);
      this.rings = L.layerGroup().addTo(this.map);
      this.reach = L.layerGroup().addTo(this.map);
      this.plan = L.layerGroup().addTo(this.map);
      this.fixes = L.layerGroup().addTo(this.map);
      this.legend = document.createElement("div");
      this.legend.className = "kh-cover-legend";
      this.drawn = new window.KharitaZone(this);
      this.map.on("click", (event) => this.click(event));
      this.map.on("moveend", () => this.declutter());
      this.map.getContainer().classList.add("kh-locating");
    }

    follow(page) {
      this.page = page;
      const act = () => this.show(page.view).catch((error) => console.error(error));
      page.follow(this, act, () => window.frameElement !== null);
      act();
      const plan = () => this.paintPlan();
      window.parent.addEventListener("kharita-siting", plan);
      const fixes = () => this.paintFixes();
      window.parent.addEventListener("kharita-corrections", fixes);
      window.addEventListener("pagehide", () => {
        window.parent.removeEventListener("kharita-siting", plan);
        window.parent.removeEventListener("kharita-corrections", fixes);
      });
      plan();
    }

    /* Corrections that wait: where a facility is said to be, and where it would go. */
    paintFixes() {
      this.fixes.clearLayers();
      const dark = document.documentElement.dataset.dark === "1";
      const dot = (at, hollow) =>
        L.circleMarker([at[1], at[0]], {
          renderer: this.ringCanvas,
          pane: "khRings",
          interactive: false,
          radius: 7,
          weight: 2.5,
          color: dark ? ROAD_DARK : ROAD,
          fillColor: dark ? "#101918" : "#FFFFFF",
          fillOpacity: hollow ? 0.2 : 1,
        }).addTo(this.fixes);
      const moved = (this.page.corrections || []).filter((c) => c.to);
      for (const { from, to } of moved) {
        if (from) {
          dot(from, true);
          L.polyline(
            [
              [from[1], from[0]],
              [to[1], to[0]],
            ],
            {
              renderer: this.ringCanvas,
              pane: "khRings",
              interactive: false,
              weight: 2,
              dashArray: "5 4",
              color: dark ? ROAD_DARK : ROAD,
            },
          ).addTo(this.fixes);
        }
        dot(to, false);
      }
    }

    /* The proposed sites: numbered, to drag to another commune. */
    paintPlan() {
      const { answer } = this.page.siting || {};
      this.plan.clearLayers();
      if (!answer) return;
      for (const site of answer.sites) {
        const dot = document.createElement("span");
        dot.className = `kh-proposed${site.pinned ? " pinned" : ""}`;
        dot.textContent = String(site.rank);
        dot.title = `${site.name} : ${site.gain}`;
        const marker = L.marker([site.lat, site.lon], {
          pane: "khPlace",
          keyboard: false,
          draggable: true,
          icon: L.divIcon({ className: "kh-tag-at", iconSize: [0, 0], html: dot }),
        }).addTo(this.plan);
        marker.on("dragend", () => this.moveTo(site, marker.getLatLng(), answer.candidates));
        marker.on("click", (event) => L.DomEvent.stop(event));
      }
      this.framePlan(answer);
    }

    /* The first answer of a question is looked at, unless the reader is looking elsewhere. */
    framePlan({ sites, state }) {
      const key = sites.map((s) => s.code).join();
      if (
        state !== "done" ||
        !key ||
        this.shownPlan !== undefined ||
        this.shownPlace ||
        this.live.touched
      ) {
        if (state === "done") this.shownPlan = key;
        return;
      }
      this.shownPlan = key;
      this.live.frame(() =>
        this.map.fitBounds(
          sites.map((s) => [s.lat, s.lon]),
          { padding: [60, 60], maxZoom: 7, reset: true },
        ),
      );
    }

    /* A dragged site is pinned at the nearest candidate commune. */
    moveTo(site, { lat, lng }, candidates) {
      const east = Math.cos((lat * Math.PI) / 180);
      const away = ([, lon, at]) => ((lon - lng) * east) ** 2 + (at - lat) ** 2;
      const [code] = candidates.reduce((a, b) => (away(b) < away(a) ? b : a));
      const pins = this.page.view.pin.filter((c) => c !== site.code && c !== code);
      this.kept = true;
      if (code === site.code) this.paintPlan();
      else this.page.go({ op: "set", field: "pin", value: [...pins, code] });
    }

    /* Morocco, or the place and its answers: never the camera of another page far away. */
    begin(message) {
      const [lon, lat, zoom] = message.at || [];
      if (message.at && L.latLngBounds(MOROCCO).pad(0.3).contains([lat, lon]) && zoom >= 4)
        this.live.frame(() => this.map.setView([lat, lon], zoom, { reset: true }));
      else if (!message.place) this.live.frame(() => this.map.fitBounds(MOROCCO, { reset: true }));
      this.kept = Boolean(message.at);
    }

    click(event) {
      if (this.live.message === null) return;
      if (this.drawn.takes(event.latlng)) return;
      const { lng, lat } = event.latlng.wrap();
      this.live.touched = true;
      this.kept = true; // they look at what they clicked
      this.page.go({ op: "set", field: "place", value: `${lng.toFixed(5)},${lat.toFixed(5)}` });
    }

    async show(view) {
      const query = [view.filters, view.locate].filter(Boolean).join("&");
      const get = (what) => this.page.getJSON(`/api/${what}?${query}`);
      const [near, cover] = await Promise.all([get("near"), get("coverage")]);
      await this.live.turn; // the legend is there: it takes its room from what is framed
      if (this.page.view.locate !== view.locate || this.page.view.filters !== view.filters) return;
      this.dark = document.documentElement.dataset.dark === "1";
      await this.paintCover(cover, view);
      this.paintRings(near, view);
      this.drawn.follow(view.zone);
      this.drawLegend(cover, view);
      this.paintReach(view.reach === "yes" && near.reachable ? get("reach") : null, view);
      this.frame(near, view);
      this.declutter();
      document.documentElement.dataset.located = query;
    }

    /* A label over another says nothing: the nearer answer keeps its own. One that the edge of the
       map would cut stands on the other side of its mark. */
    declutter() {
      const kept = [];
      const edge = this.map.getContainer().getBoundingClientRect();
      for (const node of this.map
        .getPane("khPlace")
        .querySelectorAll(".kh-pin .kh-near, .kh-near")) {
        let box = node.getBoundingClientRect();
        const inwards = {
          east: box.right > edge.right && "west",
          west: box.left < edge.left && "east",
        };
        const side = ["east", "west"].find((name) => node.classList.contains(name));
        if (inwards[side]) {
          node.classList.replace(side, inwards[side]);
          box = node.getBoundingClientRect();
        }
        const hit = kept.some(
          (k) =>
            box.left < k.right + 2 &&
            box.right > k.left - 2 &&
            box.top < k.bottom &&
            box.bottom > k.top,
        );
        node.style.visibility = hit ? "hidden" : "";
        if (!hit) kept.push(box);
      }
    }

    frame(near, view) {
      const moved =
        near.place && this.shownPlace !== undefined && this.shownPlace !== near.place.ref;
      const first = this.shownPlace === undefined;
      this.shownPlace = near.place ? near.place.ref : "";
      const keep = this.kept;
      this.kept = false;
      if (first && !keep && !near.place) this.frameAreas(view);
      if (!near.bbox || keep || (!first && !moved)) return;
      const [w, s, e, n] = near.bbox;
      const move = (how) => {
        // Nothing that is asked for may hide behind the legend.
        const legend = this.legend.closest("details");
        const right = legend?.open ? legend.offsetWidth + 30 : 48;
        this.map.fitBounds(
          [
            [s, w],
            [n, e],
          ],
          {
            paddingTopLeft: [48, 48],
            paddingBottomRight: [Math.min(right, this.map.getSize().x / 3), 48],
            maxZoom: 11,
            ...how,
          },
        );
      };
      if (first) this.live.frame(() => move({ reset: true }));
      else move({ animate: true });
    }

    /* The regions or provinces that are looked at, when the page opens on them. */
    frameAreas({ region, province }) {
      const chosen = (code) =>
        province.length
          ? province.includes(code)
          : region.includes(code) || region.includes(code.slice(0, 2));
      const shapes = (this.areas || [])
        .filter((a) => chosen(a.code))
        .map((a) => L.geoJSON(a.geometry).getBounds());
      if (!shapes.length) return;
      const bounds = shapes.reduce((all, b) => all.extend(b), L.latLngBounds(shapes[0]));
      this.live.frame(() => this.map.fitBounds(bounds, { padding: [24, 24], reset: true }));
    }

    async paintCover(answer, view) {
      const unit = view.cover === "off" ? "" : answer.unit;
      if (unit && this.unit !== unit) {
        const shapes = await this.page.getJSON(this.live.config.areas[unit]);
        if (view.cover !== this.page.view.cover) return;
        this.unit = unit;
        this.areas = shapes;
      }
      this.cover.clearLayers();
      if (!unit) return;
      const fills = (this.dark ? night : day).coverage;
      for (const { code, geometry } of this.areas) {
        const [color, opacity] = fills[answer.fill[code] || "unknown"];
        L.geoJSON(geometry, {
          renderer: this.coverCanvas,
          pane: "khCover",
          interactive: false,
          smoothFactor: 0.6,
          style: {
            fillColor: color,
            fillOpacity: opacity,
            color: this.dark ? "#0F1818" : "#FFFFFF",
            weight: unit === "region" ? 1.4 : 0.7,
            opacity: 0.85,
          },
        }).addTo(this.cover);
      }
      const red = this.dark ? BAD_DARK : BAD;
      for (const u of answer.uncovered) {
        L.circleMarker([u.lat, u.lon], {
          renderer: this.coverCanvas,
          pane: "khCover",
          interactive: false,
          radius: Math.max(3, Math.min(13, Math.sqrt(u.weight) / 55)),
          color: red,
          weight: 1.4,
          opacity: 0.9,
          fillColor: red,
          fillOpacity: 0.16,
        }).addTo(this.cover);
      }
    }

    /* What a road server says can be reached; it may take its time, and the rest does not wait. */
    async paintReach(request, view) {
      const answer = request && (await request.catch(() => null));
      if (this.page.view.locate !== view.locate || this.page.view.filters !== view.filters) return;
      this.reach.clearLayers();
      const color = this.dark ? ROAD_DARK : ROAD;
      for (const band of [...(answer?.bands || [])].reverse()) {
        const area = L.geoJSON(band.geometry, {
          renderer: this.ringCanvas,
          pane: "khRings",
          interactive: false,
          style: { color, weight: 1.6, fillColor: color, fillOpacity: 0.1 },
        }).addTo(this.reach);
        const b = area.getBounds();
        this.label([b.getNorth(), b.getCenter().lng], [band.label], "ring", view.dir, this.reach);
      }
      this.declutter();
      document.documentElement.dataset.reached = answer ? String(answer.bands.length) : "";
    }

    paintRings({ place, rings, items }, view) {
      this.rings.clearLayers();
      if (!place || place.zone) return;
      const ink = this.dark ? INK_DARK : INK;
      const common = { renderer: this.ringCanvas, pane: "khRings", interactive: false, color: ink };
      for (const ring of rings) {
        L.polyline(
          ring.ring.map(([lon, lat]) => [lat, lon]),
          {
            ...common,
            weight: ring.chosen ? 2 : 1.2,
            dashArray: ring.chosen ? null : "4 4",
            opacity: 0.9,
          },
        ).addTo(this.rings);
        const south = ring.ring.reduce((a, b) => (b[1] < a[1] ? b : a));
        this.label([south[1], south[0]], [ring.text], "ring", view.dir);
      }
      const named = new Set();
      for (const item of items) {
        const chosen = `site:${item.sel.slice(5)}` === view.sel;
        L.polyline(
          [
            [place.lat, place.lon],
            [item.lat, item.lon],
          ],
          {
            ...common,
            weight: chosen ? 3 : 1.4,
            opacity: item.open ? 0.95 : 0.55,
            dashArray: item.open ? null : "2 5",
          },
        ).addTo(this.rings);
        const key = `${item.lat},${item.lon}`;
        if (named.has(key) || named.size >= 5) continue;
        named.add(key);
        this.label(
          [item.lat, item.lon],
          [item.town, item.distance],
          item.lon < place.lon ? "west" : "east",
          view.dir,
        );
      }
      L.marker([place.lat, place.lon], {
        pane: "khPlace",
        keyboard: false,
        interactive: false,
        icon: L.divIcon({ className: "kh-tag-at", iconSize: [0, 0], html: this.pin(place) }),
      }).addTo(this.rings);
      this.live.base?.relabel();
    }

    pin(place) {
      const box = document.createElement("div");
      box.className = "kh-pin";
      const dot = document.createElement("i");
      const name = document.createElement("b");
      name.className = "kh-near";
      name.dir = "auto";
      name.textContent = place.name;
      box.append(dot, name);
      return box;
    }

    label(at, texts, side, dir, group = this.rings) {
      const box = document.createElement("span");
      box.className = `kh-near ${side}`;
      box.dir = dir;
      // Each part keeps its own reading order: « Afourer · 86 كلم » would else be shuffled.
      texts.forEach((text, i) => {
        const part = document.createElement("bdi");
        part.textContent = text;
        box.append(...(i ? [" · "] : []), part);
      });
      L.marker(at, {
        pane: "khPlace",
        keyboard: false,
        interactive: false,
        icon: L.divIcon({ className: "kh-tag-at", iconSize: [0, 0], html: box }),
      }).addTo(group);
    }

    /* Marks first: what the colour and the shape of a facility say; then coverage. */
    drawLegend(answer, view) {
      const keyed = (form, status, text) => {
        const row = document.createElement("div");
        row.className = "kh-key";
        const label = document.createElement("span");
        label.textContent = text;
        row.append(window.KharitaMarks.sample(form, status, this.dark), label);
        return row;
      };
      const line = () => document.createElement("hr");
      const rows = [
        ...answer.marks.statuses.map(([status, text]) => keyed("complex", status, text)),
        line(),
        ...answer.marks.forms
          .filter(([form]) => form !== "maison")
          .map(([form, text]) => keyed(form, "neutral", text)),
        line(),
      ];
      if (view.cover !== "off") {
        const title = document.createElement("p");
        title.textContent = answer.legend_title;
        rows.push(
          title,
          ...answer.legend.map(({ class: name, text }) => {
            const row = document.createElement("div");
            row.className = "kh-key";
            const swatch = document.createElement("i");
            const [color, opacity] = (this.dark ? night : day).coverage[name];
            Object.assign(swatch.style, { background: color, opacity });
            const label = document.createElement("span");
            label.textContent = text;
            row.append(swatch, label);
            return row;
          }),
          document.createElement("hr"),
        );
      }
      this.legend.replaceChildren(...rows);
    }
  }

  window.KharitaLocate = Locate;
})();
