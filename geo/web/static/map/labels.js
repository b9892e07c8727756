/* The names on the base map: which fit, where, and how they are written. One canvas over the
   viewport, in the reader's language. A classic script beside the global L; basemap.js uses
   it and fetches the payload (geo/places/basemap.py, labels_bytes).

   new KharitaLabels.Labels(labels, {dark, rtl, avoid}) -> Leaflet layer with draw() and
     drawn, the labels on show as {text, kind, box, ...}
     avoid     optional: () => [[x0, y0, x1, y1], ...] in container pixels, kept free of labels
   KharitaLabels.boxesOf(map, selector) -> such boxes for elements inside the map
   KharitaLabels.fonts() -> promise: the lettering is there, or failed */
(() => {
  "use strict";
  const LIGHT = {
    home: "#2F3B39",
    market: "#36433F",
    country: "#5B6865",
    region: "#6B5A32",
    province: "#7A6A45",
    town: "#36433F",
    sea: "#425D69",
    halo: "rgba(255,253,248,.85)",
    seaHalo: "rgba(197,213,220,.7)",
  };
  const DARK = {
    home: "#E8EFED",
    market: "#D3DDDA",
    country: "#9AA9A5",
    region: "#CDBF95",
    province: "#B0A37E",
    town: "#D3DDDA",
    sea: "#78929C",
    halo: "rgba(11,19,19,.85)",
    seaHalo: "rgba(11,19,19,.7)",
  };
  const CITY_FROM = 6;

  /* Steps, in pixels, by which the name of a ground may move to find room, nearest first. */
  const STEPS = [
    [0, 0],
    [-12, 0],
    [12, 0],
    [0, -9],
    [0, 9],
    [0, -18],
    [0, 18],
    [-26, 0],
    [26, 0],
    [-22, -14],
    [22, -14],
    [-22, 14],
    [22, 14],
    [0, -28],
    [0, 28],
    [0, -40],
    [0, 40],
    [-48, 0],
    [48, 0],
    [-44, -28],
    [44, -28],
    [-44, 28],
    [44, 28],
  ];

  /* One canvas over the viewport: it moves with the map and is drawn again when that rests. */
  const Labels = L.Layer.extend({
    initialize(labels, { dark, rtl, avoid }) {
      Object.assign(this, { labels, colors: dark ? DARK : LIGHT, rtl, avoid, drawn: [] });
      this.widths = new Map();
    },

    onAdd(map) {
      const pane = map.getPane("kh-labels") || map.createPane("kh-labels");
      pane.style.zIndex = 350; // above the tiles (200), below the marks (400)
      pane.style.pointerEvents = "none";
      this.canvas = L.DomUtil.create("canvas", "kh-labels leaflet-layer leaflet-zoom-hide", pane);
      this.canvas.setAttribute("aria-hidden", "true");
      map.on("moveend resize", this.draw, this);
      this.draw();
    },

    onRemove(map) {
      map.off("moveend resize", this.draw, this);
      this.canvas.remove();
    },

    draw() {
      const map = this._map;
      if (!map) return;
      const size = map.getSize();
      const ratio = pixelRatio();
      L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
      this.canvas.style.width = `${size.x}px`;
      this.canvas.style.height = `${size.y}px`;
      this.canvas.width = Math.round(size.x * ratio);
      this.canvas.height = Math.round(size.y * ratio);
      const ctx = this.canvas.getContext("2d");
      ctx.scale(ratio, ratio);
      Object.assign(ctx, {
        textAlign: "center",
        textBaseline: "middle",
        lineJoin: "round",
        direction: this.rtl ? "rtl" : "ltr",
      });
      this.drawn = this._place(ctx, size);
      for (const label of this.drawn) this._write(ctx, label);
      this.canvas.dataset.shown = this.drawn.length;
    },

    /* The labels that fit, the most important first; each knows its box. */
    _place(ctx, size) {
      const map = this._map;
      const zoom = Math.round(map.getZoom());
      const bounds = map.getBounds();
      const [west, south, east, north] = [
        bounds.getWest(),
        bounds.getSouth(),
        bounds.getEast(),
        bounds.getNorth(),
      ];
      const visible = this.labels.filter(
        ([, lon, lat, first, last]) =>
          zoom >= first &&
          zoom <= last &&
          lon >= west &&
          lon <= east &&
          lat >= south &&
          lat <= north,
      );
      // What stands over the labels: controls, and whatever else the page says.
      const above = [
        ...boxesOf(map, ".leaflet-control"),
        ...(this.avoid ? this.avoid() : []),
      ].filter((box) => meets(box, [0, 0, size.x, size.y]));
      const taken = [];
      const degree = (256 * 2 ** zoom) / 360; // pixels
      const clear = (box, others) => !others.some((other) => meets(box, other));
      const dotAt = ([, lon, lat]) => {
        const { x, y } = map.latLngToContainerPoint([lat, lon]);
        return [x - 4, y - 4, x + 4, y + 4];
      };
      // Names go around the points of the great cities where they can; regions always.
      const cities = visible
        .filter((label) => label[5] === "town" && label[3] <= CITY_FROM)
        .map(dotAt);
      const placedWords = new Set();
      const placed = [];
      for (const label of visible) {
        const [text, lon, lat, first, , kind, reach] = label;
        // A province named like a town already shown would only repeat it, as would a sea.
        const word = ["province", "town", "sea"].includes(kind) ? plain(text) : "";
        if (word && kind !== "town" && placedWords.has(word)) continue;
        const at = map.latLngToContainerPoint([lat, lon]);
        const dot = kind === "town" ? dotAt(label) : null;
        if (dot && !clear(dot, taken)) continue;
        const style = this._style(kind, zoom, first);
        const lines = style.wrap ? wrapped(text) : [text];
        const half = Math.max(...lines.map((line) => this._width(ctx, style.font, line))) / 2;
        const tall = (lines.length * style.leading) / 2;
        const spots = this._spots(kind, at, half, tall, size, reach * degree).filter(
          (b) =>
            b[0] >= 3 &&
            b[1] >= 3 &&
            b[2] <= size.x - 3 &&
            b[3] <= size.y - 3 &&
            clear(b, taken) &&
            clear(b, above),
        );
        const box =
          spots.find((b) => clear(b, cities)) ||
          (kind === "region" || kind === "sea" ? null : spots[0]);
        if (!box) continue;
        taken.push(box);
        if (dot) taken.push(dot);
        if (word) placedWords.add(word);
        placed.push({ text, lines, kind, box, style, at });
      }
      return placed;
    },

    /* Where a label may go, best first. Names of grounds may slide a little to stay in view;
       names of towns stand beside their point. */
    _spots(kind, at, half, tall, size, reach) {
      const around = (x, y) => [x - half - 3, y - tall - 1, x + half + 3, y + tall + 1];
      if (kind !== "town") {
        // it does not slide, and moves only where neither end comes ashore
        const sea = kind === "sea";
        const slide = (v, edge, room) =>
          sea || room < 2 * edge ? v : Math.max(edge, Math.min(room - edge, v));
        const [x, y] = [slide(at.x, half + 6, size.x), slide(at.y, tall + 4, size.y)];
        const far = sea ? Math.max(0, reach - half) : Math.max(12, reach);
        return STEPS.filter(([dx, dy]) => Math.hypot(dx, dy) <= far).map(([dx, dy]) =>
          around(x + dx, y + dy),
        );
      }
      const way = this.rtl ? -1 : 1;
      // Close to the point; failing that, past a mark that stands on it.
      return [5, 14].flatMap((gap) => [
        around(at.x, at.y + tall + gap + 2),
        around(at.x, at.y - tall - gap - 2),
        around(at.x + way * (half + gap + 3), at.y),
        around(at.x - way * (half + gap + 3), at.y),
      ]);
    },

    _style(kind, zoom, first) {
      // A city known from afar stands out among the towns that join it later.
      const city = kind === "town" && first <= CITY_FROM && zoom >= 8;
      const large = kind === "region" || city || (kind === "market" && zoom > 4);
      const px = (large ? 12 : 11) + (this.rtl ? 1 : 0);
      const weight =
        city || ["market", "home", "region"].includes(kind)
          ? 600
          : kind === "town" && zoom < 9
            ? 500
            : 400;
      const family = this.rtl
        ? '"IBM Plex Sans Arabic", Inter, sans-serif'
        : 'Inter, "IBM Plex Sans Arabic", sans-serif';
      // Arabic has no italics: there the softer colour alone tells water from ground.
      const slant = kind === "sea" && !this.rtl ? "italic " : "";
      return {
        font: `${slant}${weight} ${px}px ${family}`,
        leading: this.rtl ? px + 5 : px + 2,
        color: this.colors[kind],
        wrap: kind === "region",
      };
    },

    _width(ctx, font, text) {
      const key = `${font}|${text}`;
      if (!this.widths.has(key)) {
        ctx.font = font;
        this.widths.set(key, ctx.measureText(text).width);
      }
      return this.widths.get(key);
    },

    _write(ctx, { lines, kind, box, style, at }) {
      ctx.font = style.font;
      ctx.fillStyle = style.color;
      ctx.strokeStyle = kind === "sea" ? this.colors.seaHalo : this.colors.halo;
      if (kind === "town") {
        ctx.beginPath();
        ctx.arc(at.x, at.y, 2, 0, 2 * Math.PI);
        ctx.lineWidth = 2.5;
        ctx.stroke();
        ctx.fill();
      }
      ctx.lineWidth = 3;
      const x = Math.round((box[0] + box[2]) / 2);
      lines.forEach((line, i) => {
        const y = Math.round((box[1] + box[3]) / 2 + (i - (lines.length - 1) / 2) * style.leading);
        ctx.strokeText(line, x, y);
        ctx.fillText(line, x, y);
      });
    },
  });

  /* Boxes of elements over the map, in container pixels. */
  function boxesOf(map, selector) {
    const from = map.getContainer().getBoundingClientRect();
    return [...map.getContainer().querySelectorAll(selector)]
      .map((element) => {
        const r = element.getBoundingClientRect();
        return [r.left - from.left, r.top - from.top, r.right - from.left, r.bottom - from.top];
      })
      .filter((box) => box[2] > box[0]);
  }

  function pixelRatio() {
    return Math.min(3, window.devicePixelRatio || 1);
  }

  const meets = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  /* A long name on two lines, broken near its middle, at a hyphen rather than a space. */
  function wrapped(text) {
    if (text.length < 16) return [text];
    const cost = (m) => Math.abs(m.index + 1 - text.length / 2) + (m[0] === "-" ? 0 : 5);
    const [cut] = [...text.matchAll(/[- ]/g)].sort((a, b) => cost(a) - cost(b));
    return cut ? [text.slice(0, cut.index + 1).trim(), text.slice(cut.index + 1)] : [text];
  }

  /* A canvas does not wait for fonts as a page does. */
  function fonts() {
    const loads = ["Inter", '"IBM Plex Sans Arabic"'].flatMap((family) =>
      [400, 500, 600].map((weight) =>
        document.fonts.load(`${weight} 12px ${family}`, family === "Inter" ? "Aéžœ" : "م"),
      ),
    );
    return Promise.allSettled(loads);
  }

  window.KharitaLabels = { Labels, boxesOf, fonts, pixelRatio };
})();
