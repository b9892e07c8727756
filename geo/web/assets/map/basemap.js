/* The base map: canvas tiles drawn from our own vectors, labels in the reader's language.
   Nothing here needs the internet, but for the optional online tiles. */
(function () {
  "use strict";
  const LIGHT = { sea: "#C5D5DC", land: "#F8F4EC", market: "#EDE2CB", home: "#E3E9DC", line: "#CFC4AC", region: "#A9B59B", province: "#C9D1BD",
    text: "#52605E", strong: "#2F3B39", halo: "rgba(255,255,255,.85)" };
  const DARK = { sea: "#0B1113", land: "#1D2725", market: "#2C3632", home: "#27382F", line: "#3B4643", region: "#52685B", province: "#364840",
    text: "#9FB0AC", strong: "#D5DFDC", halo: "rgba(11,17,19,.85)" };

  /* Rings to Mercator fractions of the world, with their bounds. */
  function unpack(flat) {
    const n = flat.length / 2;
    const xy = new Float64Array(n * 2);
    let [lon, lat, w, s, e, north] = [0, 0, Infinity, -Infinity, -Infinity, Infinity];
    for (let i = 0; i < n; i++) {
      lon += flat[2 * i]; lat += flat[2 * i + 1];
      const x = lon / 360000 + 0.5;
      const sin = Math.sin(Math.max(-85.05, Math.min(85.05, lat / 1000)) * Math.PI / 180);
      const y = 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
      xy[2 * i] = x; xy[2 * i + 1] = y;
      w = Math.min(w, x); e = Math.max(e, x); north = Math.min(north, y); s = Math.max(s, y);
    }
    return { xy, w, s, e, n: north };
  }

  async function load(url) {
    try {
      const answer = await fetch(url);
      if (!answer.ok) throw new Error(String(answer.status));
      return await answer.json();
    } catch (error) {
      console.warn(`base map: ${url} ${error.message}`);
      return null;
    }
  }

  const Vectors = L.GridLayer.extend({
    options: { tileSize: 512, pane: "tilePane", updateWhenZooming: false, keepBuffer: 1, noWrap: true, className: "kh-vectors" },

    createTile(coords) {
      const size = this.getTileSize().x;
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      const tile = document.createElement("canvas");
      tile.width = tile.height = size * ratio;
      const ctx = tile.getContext("2d");
      ctx.scale(ratio, ratio);
      ctx.fillStyle = this.colors.sea;
      ctx.fillRect(0, 0, size, size);
      const world = 256 * 2 ** coords.z;
      this._draw(ctx, coords.z, world, coords.x * size, coords.y * size, size);
      return tile;
    },

    _draw(ctx, z, world, left, top, size) {
      const c = this.colors;
      const frame = { w: (left - 2) / world, e: (left + size + 2) / world, n: (top - 2) / world, s: (top + size + 2) / world };
      const trace = (rings) => {
        ctx.beginPath();
        for (const r of rings) {
          if (r.e < frame.w || r.w > frame.e || r.s < frame.n || r.n > frame.s) continue;
          const a = r.xy;
          ctx.moveTo(a[0] * world - left, a[1] * world - top);
          for (let i = 2; i < a.length; i += 2) ctx.lineTo(a[i] * world - left, a[i + 1] * world - top);
          ctx.closePath();
        }
      };
      const paint = (rings, fill, stroke, width) => {
        trace(rings);
        if (fill) { ctx.fillStyle = fill; ctx.fill("evenodd"); }
        if (stroke) { ctx.strokeStyle = stroke; ctx.lineWidth = width; ctx.stroke(); }
      };
      ctx.lineJoin = "round";
      const countries = (z <= 3 ? this.data.coarse : this.data.fine) || this.data.coarse || this.data.fine;
      if (countries) for (const kind of ["land", "market", "home"]) paint(countries[kind], c[kind], c.line, 0.8);
      const m = this.data.morocco;
      if (!m) return;
      if (m.outline.length) paint(m.outline, c.home, null, 0);
      if (z >= 7) paint(m.provinces, null, c.province, 0.7);
      paint(m.regions, null, c.region, z >= 5 ? 1 : 0.5);
      if (m.outline.length) paint(m.outline, null, c.region, 1.4);
    },
  });

  const Labels = L.Layer.extend({
    initialize(labels, colors, rtl) { this.labels = labels; this.colors = colors; this.rtl = rtl; },
    onAdd(map) {
      const pane = map.getPane("kh-labels") || map.createPane("kh-labels");
      pane.style.zIndex = 350;
      pane.style.pointerEvents = "none";
      this.canvas = L.DomUtil.create("canvas", "kh-labels leaflet-zoom-hide", pane);
      map.on("moveend zoomend resize viewreset", this._redraw, this);
      this._redraw();
    },
    onRemove(map) {
      map.off("moveend zoomend resize viewreset", this._redraw, this);
      this.canvas.remove();
    },
    _redraw() {
      const map = this._map;
      const size = map.getSize();
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
      Object.assign(this.canvas.style, { width: `${size.x}px`, height: `${size.y}px` });
      this.canvas.width = size.x * ratio;
      this.canvas.height = size.y * ratio;
      const ctx = this.canvas.getContext("2d");
      ctx.scale(ratio, ratio);
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.lineJoin = "round";
      ctx.direction = this.rtl ? "rtl" : "ltr";
      const zoom = map.getZoom();
      const bounds = map.getBounds();
      const taken = [];
      this.shown = 0;
      for (const [text, lon, lat, least, most, , kind] of this.labels) {
        if (zoom < least || zoom > most || !bounds.contains([lat, lon])) continue;
        const p = map.latLngToContainerPoint([lat, lon]);
        const big = kind === "market" || kind === "home" || kind === "region";
        ctx.font = `${big ? 600 : 400} ${big ? 12 : 11}px ${this.rtl ? '"IBM Plex Sans Arabic", Inter' : 'Inter, "IBM Plex Sans Arabic"'}, sans-serif`;
        const half = ctx.measureText(text).width / 2 + 3;
        const y = kind === "town" ? p.y + 10 : p.y;
        const box = [p.x - half, y - 8, p.x + half, y + 8];
        if (box[0] < 2 || box[1] < 2 || box[2] > size.x - 2 || box[3] > size.y - 2) continue;
        if (taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1])) continue;
        taken.push(box);
        this.shown += 1;
        ctx.lineWidth = 3;
        ctx.strokeStyle = this.colors.halo;
        ctx.fillStyle = big ? this.colors.strong : this.colors.text;
        ctx.strokeText(text, p.x, y);
        ctx.fillText(text, p.x, y);
      }
      this.canvas.dataset.shown = this.shown;
    },
  });

  function create(map, { urls, dark, rtl }) {
    const colors = dark ? DARK : LIGHT;
    const group = L.layerGroup().addTo(map);
    const vectors = new Vectors();
    vectors.colors = colors;
    vectors.data = {};
    vectors.addTo(group);
    const byKind = (lands) => {
      const kinds = { land: [], market: [], home: [] };
      for (const land of lands) kinds[land.home ? "home" : land.market ? "market" : "land"].push(...land.rings.map(unpack));
      return kinds;
    };
    for (const name of ["coarse", "fine"]) {
      load(urls[name]).then((d) => { if (d) { vectors.data[name] = byKind(d.lands); vectors.redraw(); } });
    }
    load(urls.morocco).then((d) => {
      if (!d) return;
      vectors.data.morocco = Object.fromEntries(Object.entries(d).map(([k, rings]) => [k, rings.map(unpack)]));
      vectors.redraw();
    });
    load(urls.labels).then(async (d) => {
      if (!d) return;
      if (document.fonts) await document.fonts.ready;
      if (group._map !== undefined && !group._map) return;
      new Labels(d.labels.sort((a, b) => a[5] - b[5]), colors, rtl).addTo(group);
    });
    return group;
  }

  /* Online tiles on trial: gone at the first error before any success, or at the third. */
  function tiles(map, { url, attribution, onFail }) {
    const layer = L.tileLayer(url, { attribution, zIndex: 5, maxZoom: 19 });
    let [loaded, errors] = [0, 0];
    layer.on("tileload", () => { loaded += 1; });
    layer.on("tileerror", () => {
      errors += 1;
      if (layer._map && (!loaded || errors >= 3)) { layer.remove(); onFail(); }
    });
    return layer.addTo(map);
  }

  window.KharitaBase = { create, tiles };
})();
