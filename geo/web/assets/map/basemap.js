/* The base map: canvas tiles drawn from our own vectors, labels in the reader's language.
   A classic script, because it runs inside the map's frame beside the global L. Nothing
   here needs the internet, but for the optional online tiles.

   KharitaBase.create(map, {urls: {coarse, fine, morocco, labels}, dark, rtl, onReady, avoid})
     -> layer group with highlight(iso2 list), showLabels(bool), relabel() and labelled(),
        the labels on show as {text, kind, box}
     onReady   called once, when every payload has arrived or failed and is drawn
     avoid     optional: () => [[x0, y0, x1, y1], ...] in container pixels, kept free of labels
               as the map's controls always are; call relabel() when they change
   KharitaBase.boxesOf(map, selector) -> such boxes for elements inside the map
   KharitaBase.tiles(map, {url, attribution, onFail}) -> tile layer that gives up by itself */
(function () {
  "use strict";
  const LIGHT = { sea: "#C5D5DC", land: "#F8F4EC", market: "#EDE2CB", home: "#EFE3C6",
    border: "#FFFFFF", thick: 0.9, region: "#C9BA96", province: "#D6C79F", picked: "#C3DDD8", pickedLine: "#0F3D3E",
    labels: { home: "#2F3B39", market: "#36433F", country: "#5B6865", region: "#6B5A32", province: "#7A6A45",
      town: "#36433F", halo: "rgba(255,253,248,.85)" } };
  const DARK = { sea: "#0B1313", land: "#1E2928", market: "#2A3735", home: "#303A2F",
    border: "#0F1818", thick: 0.7, region: "#4B5A4C", province: "#3E4A3D", picked: "#21504E", pickedLine: "#7FD0C9",
    labels: { home: "#E8EFED", market: "#D3DDDA", country: "#9AA9A5", region: "#CDBF95", province: "#B0A37E",
      town: "#D3DDDA", halo: "rgba(11,19,19,.85)" } };
  const FINE_FROM = 4, PROVINCES_FROM = 7, CITY_FROM = 6;
  const CHUNK = 48;     // points that share one bounding box
  const NEAR = 0.6;     // pixels: nearer points are not worth a line

  /* One line as fractions of the Mercator world, cut into chunks with bounding boxes
     (west, north, east, south). */
  function unpack(flat, scale, closed) {
    const n = flat.length / 2;
    const xy = new Float64Array(2 * n);
    const boxes = new Float64Array(4 * Math.ceil(n / CHUNK));
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    let lon = 0, lat = 0;
    for (let i = 0; i < n; i++) {
      lon += flat[2 * i];
      lat += flat[2 * i + 1];
      const sin = Math.sin(Math.max(-85.0511, Math.min(85.0511, lat / scale)) * Math.PI / 180);
      const x = lon / scale / 360 + 0.5;
      const y = 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
      const k = 4 * Math.floor(i / CHUNK);
      xy[2 * i] = x;
      xy[2 * i + 1] = y;
      if (i % CHUNK === 0) boxes.set([x, y, x, y], k);
      boxes[k] = Math.min(boxes[k], x);
      boxes[k + 1] = Math.min(boxes[k + 1], y);
      boxes[k + 2] = Math.max(boxes[k + 2], x);
      boxes[k + 3] = Math.max(boxes[k + 3], y);
    }
    for (let k = 0; k < boxes.length; k += 4) {
      for (const side of [0, 1]) {
        box[side] = Math.min(box[side], boxes[k + side]);
        box[side + 2] = Math.max(box[side + 2], boxes[k + side + 2]);
      }
    }
    return { xy, boxes, box, closed };
  }

  const outside = (b, k, f) => b[k] > f[2] || b[k + 2] < f[0] || b[k + 1] > f[3] || b[k + 3] < f[1];

  /* The part of some lines that matters to one tile. `view`: frame (world fractions, a little
     wider than the tile), world (pixels), left, top. Null when nothing is inside. */
  function trace(lines, { frame, world, left, top }) {
    let path = null;
    for (const { xy, boxes, box, closed } of lines) {
      if (outside(box, 0, frame)) continue;
      if ((box[2] - box[0]) * world < NEAR && (box[3] - box[1]) * world < NEAR) continue;
      path = path || new Path2D();
      const n = xy.length / 2;
      let px = Infinity, py = Infinity;
      const go = (i, always) => {
        const x = xy[2 * i] * world - left, y = xy[2 * i + 1] * world - top;
        if (!always && Math.abs(x - px) < NEAR && Math.abs(y - py) < NEAR) return;
        if (i) path.lineTo(x, y); else path.moveTo(x, y);
        px = x;
        py = y;
      };
      for (let start = 0, k = 0; start < n; start += CHUNK, k += 4) {
        const end = Math.min(n, start + CHUNK) - 1;
        // A chunk on the far side of one edge of the frame may become a straight line
        // there: the fill inside the frame stays the same.
        if (outside(boxes, k, frame)) {
          go(start, true);
          go(end, true);
        } else for (let i = start; i <= end; i++) go(i, i === 0 || i === n - 1);
      }
      if (closed) path.closePath();
    }
    return path;
  }

  const Vectors = L.GridLayer.extend({
    options: { tileSize: 512, pane: "tilePane", updateWhenZooming: false, keepBuffer: 1, noWrap: true, className: "kh-vectors" },

    initialize(colors) {
      L.GridLayer.prototype.initialize.call(this);
      this.colors = colors;
      this.data = {};
      this.picked = new Set();
    },

    createTile(coords) {
      const tile = document.createElement("canvas");
      this._paint(tile, coords);
      return tile;
    },

    /* New data in the tiles that are there: redraw() would blink. */
    repaint() {
      for (const { el, coords } of Object.values(this._tiles || {})) this._paint(el, coords);
    },

    _paint(tile, { x, y, z }) {
      const size = this.getTileSize().x;
      tile.width = tile.height = Math.round(size * pixelRatio());
      const ctx = tile.getContext("2d", { alpha: false });
      ctx.scale(tile.width / size, tile.width / size);
      const world = 256 * 2 ** z, left = x * size, top = y * size;
      const frame = [left - 3, top - 3, left + size + 3, top + size + 3].map((v) => v / world);
      const view = { frame, world, left, top };
      ctx.fillStyle = this.colors.sea;
      ctx.fillRect(0, 0, size, size);
      ctx.lineJoin = "round";
      this._countries(ctx, z, view);
      if (this.data.morocco) this._morocco(ctx, z, view);
    },

    _countries(ctx, z, view) {
      const c = this.colors;
      const { coarse, fine } = this.data;
      const drawn = [];
      for (const { iso2, kind, rings } of (z < FINE_FROM ? coarse || fine : fine || coarse) || []) {
        const path = trace(rings, view);
        if (!path) continue;
        const picked = this.picked.has(iso2);
        ctx.fillStyle = picked ? c.picked : c[kind];
        ctx.fill(path, "evenodd");
        drawn.push([path, picked]);
      }
      for (const [path] of drawn) stroke(ctx, path, c.border, z < FINE_FROM ? 0.6 : c.thick);
      for (const [path, picked] of drawn) if (picked) stroke(ctx, path, c.pickedLine, 1.3);
    },

    _morocco(ctx, z, view) {
      const c = this.colors;
      const { outline, regions, provinces } = this.data.morocco;
      const ground = trace(outline, view);
      if (ground) {
        ctx.fillStyle = c.home;
        ctx.fill(ground, "evenodd");
      }
      if (z >= PROVINCES_FROM) stroke(ctx, trace(provinces, view), c.province, 0.8);
      stroke(ctx, trace(regions, view), c.region, z < 4 ? 0.5 : z < 6 ? 0.8 : 1.2);
      stroke(ctx, ground, c.region, z < 4 ? 0.8 : 1.4);
    },
  });

  function stroke(ctx, path, color, width) {
    if (!path) return;
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.stroke(path);
  }

  /* Steps, in pixels, by which the name of a ground may move to find room, nearest first. */
  const STEPS = [[0, 0], [-12, 0], [12, 0], [0, -9], [0, 9], [0, -18], [0, 18], [-26, 0], [26, 0], [-22, -14], [22, -14],
    [-22, 14], [22, 14], [0, -28], [0, 28], [0, -40], [0, 40], [-48, 0], [48, 0], [-44, -28], [44, -28], [-44, 28], [44, 28]];

  /* One canvas over the viewport: it moves with the map and is drawn again when that rests. */
  const Labels = L.Layer.extend({
    initialize(labels, { colors, rtl, avoid }) {
      Object.assign(this, { labels, colors, rtl, avoid, drawn: [] });
      this.widths = new Map();
    },

    onAdd(map) {
      const pane = map.getPane("kh-labels") || map.createPane("kh-labels");
      pane.style.zIndex = 350;   // above the tiles (200), below the marks (400)
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
      Object.assign(ctx, { textAlign: "center", textBaseline: "middle", lineJoin: "round",
        direction: this.rtl ? "rtl" : "ltr" });
      this.drawn = this._place(ctx, size);
      for (const label of this.drawn) this._write(ctx, label);
      this.canvas.dataset.shown = this.drawn.length;
    },

    /* The labels that fit, the most important first; each knows its box. */
    _place(ctx, size) {
      const map = this._map;
      const zoom = Math.round(map.getZoom());
      const bounds = map.getBounds();
      const [west, south, east, north] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
      const visible = this.labels.filter(([, lon, lat, first, last]) => zoom >= first && zoom <= last &&
        lon >= west && lon <= east && lat >= south && lat <= north);
      // What stands over the labels: controls, and whatever else the page says.
      const above = [...boxesOf(map, ".leaflet-control"), ...(this.avoid ? this.avoid() : [])]
        .filter((box) => meets(box, [0, 0, size.x, size.y]));
      const taken = [];
      const degree = 256 * 2 ** zoom / 360;   // pixels
      const clear = (box, others) => !others.some((other) => meets(box, other));
      const dotAt = ([, lon, lat]) => {
        const { x, y } = map.latLngToContainerPoint([lat, lon]);
        return [x - 4, y - 4, x + 4, y + 4];
      };
      // Names go around the points of the great cities where they can; regions always.
      const cities = visible.filter((label) => label[5] === "town" && label[3] <= CITY_FROM).map(dotAt);
      const said = new Set();
      const placed = [];
      for (const label of visible) {
        const [text, lon, lat, first, , kind, reach] = label;
        // A province named like a town already shown would only repeat it.
        const word = kind === "province" || kind === "town" ? plain(text) : "";
        if (word && kind === "province" && said.has(word)) continue;
        const at = map.latLngToContainerPoint([lat, lon]);
        const dot = kind === "town" ? dotAt(label) : null;
        if (dot && !clear(dot, taken)) continue;
        const style = this._style(kind, zoom, first);
        const lines = style.wrap ? wrapped(text) : [text];
        const half = Math.max(...lines.map((line) => this._width(ctx, style.font, line))) / 2;
        const tall = lines.length * style.leading / 2;
        const spots = this._spots(kind, at, half, tall, size, reach * degree).filter((b) => b[0] >= 3 && b[1] >= 3 &&
          b[2] <= size.x - 3 && b[3] <= size.y - 3 && clear(b, taken) && clear(b, above));
        const box = spots.find((b) => clear(b, cities)) || (kind === "region" ? null : spots[0]);
        if (!box) continue;
        taken.push(box);
        if (dot) taken.push(dot);
        if (word) said.add(word);
        placed.push({ text, lines, kind, box, style, at });
      }
      return placed;
    },

    /* Where a label may go, best first. Names of grounds may slide a little to stay in view;
       names of towns stand beside their point. */
    _spots(kind, at, half, tall, size, reach) {
      const around = (x, y) => [x - half - 3, y - tall - 1, x + half + 3, y + tall + 1];
      if (kind !== "town") {
        const slide = (v, reach, room) => (room < 2 * reach ? v : Math.max(reach, Math.min(room - reach, v)));
        const [x, y] = [slide(at.x, half + 6, size.x), slide(at.y, tall + 4, size.y)];
        const far = Math.max(12, reach);
        return STEPS.filter(([dx, dy]) => Math.hypot(dx, dy) <= far).map(([dx, dy]) => around(x + dx, y + dy));
      }
      const way = this.rtl ? -1 : 1;
      // Close to the point; failing that, past a mark that stands on it.
      return [5, 14].flatMap((gap) => [around(at.x, at.y + tall + gap + 2), around(at.x, at.y - tall - gap - 2),
        around(at.x + way * (half + gap + 3), at.y), around(at.x - way * (half + gap + 3), at.y)]);
    },

    _style(kind, zoom, first) {
      // A city known from afar stands out among the towns that join it later.
      const city = kind === "town" && first <= CITY_FROM && zoom >= 8;
      const large = kind === "region" || city || (kind === "market" && zoom > 4);
      const px = (large ? 12 : 11) + (this.rtl ? 1 : 0);
      const weight = city || ["market", "home", "region"].includes(kind) ? 600
        : kind === "town" && zoom < 9 ? 500 : 400;
      const family = this.rtl ? '"IBM Plex Sans Arabic", Inter, sans-serif' : 'Inter, "IBM Plex Sans Arabic", sans-serif';
      return { font: `${weight} ${px}px ${family}`, leading: this.rtl ? px + 5 : px + 2,
        color: this.colors[kind], wrap: kind === "region" };
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
      ctx.strokeStyle = this.colors.halo;
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
    return [...map.getContainer().querySelectorAll(selector)].map((element) => {
      const r = element.getBoundingClientRect();
      return [r.left - from.left, r.top - from.top, r.right - from.left, r.bottom - from.top];
    }).filter((box) => box[2] > box[0]);
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

  function pixelRatio() { return Math.min(3, window.devicePixelRatio || 1); }

  /* Payloads by address, ready to draw: a new theme or language loads only what differs. */
  const ready = new Map();

  function load(url, prepare) {
    if (!ready.has(url)) {
      ready.set(url, fetch(url).then((answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      }).then(prepare));
    }
    return ready.get(url).catch((error) => {
      ready.delete(url);
      console.warn(`base map: ${url}: ${error.message}`);
      return null;
    });
  }

  const lines = (packed, scale, closed) => packed.map((flat) => unpack(flat, scale, closed));

  const countriesOf = ({ scale, countries }) => countries.map(({ iso2, market, home, rings }) => ({
    iso2, kind: home ? "home" : market ? "market" : "land", rings: lines(rings, scale, true) }));

  const moroccoOf = ({ scale, outline, regions, provinces }) => ({ outline: lines(outline, scale, true),
    regions: lines(regions, scale, false), provinces: lines(provinces, scale, false) });

  /* A canvas does not wait for fonts as a page does. */
  function fonts() {
    const asked = ["Inter", '"IBM Plex Sans Arabic"'].flatMap((family) => [400, 500, 600].map((weight) =>
      document.fonts.load(`${weight} 12px ${family}`, family === "Inter" ? "Aéžœ" : "م")));
    return Promise.allSettled(asked);
  }

  function create(map, { urls, dark, rtl, onReady, avoid }) {
    const colors = dark ? DARK : LIGHT;
    const group = L.layerGroup();
    const vectors = new Vectors(colors);
    let labels = null, shown = true;
    map.getContainer().style.backgroundColor = colors.sea;
    vectors.addTo(group);
    group.addTo(map);

    const arrivals = [["coarse", countriesOf], ["fine", countriesOf], ["morocco", moroccoOf]]
      .map(async ([name, prepare]) => {
        const data = await load(urls[name], prepare);
        if (!data) return;
        vectors.data[name] = data;
        vectors.repaint();
      });
    const patience = new Promise((done) => { setTimeout(done, 1500); });
    const lettering = fonts();
    arrivals.push(load(urls.labels, (data) => data.labels).then(async (found) => {
      if (!found) return;
      await Promise.race([lettering, patience]);
      labels = new Labels(found, { colors: colors.labels, rtl, avoid });
      if (shown) labels.addTo(group);
      lettering.then(() => { labels.widths.clear(); labels.draw(); });
    }));
    Promise.all(arrivals).then(() => { if (onReady) onReady(group); });

    return Object.assign(group, {
      vectors,
      relabel() { if (labels) labels.draw(); },
      labelled() { return labels && shown ? labels.drawn.map(({ text, kind, box }) => ({ text, kind, box })) : []; },
      showLabels(show) {
        shown = show;
        if (labels) (show ? group.addLayer(labels) : group.removeLayer(labels));
      },
      highlight(codes) {
        vectors.picked = new Set(codes);
        vectors.repaint();
      },
    });
  }

  /* Online tiles on trial: gone at the first error before any success, at the third error,
     or when nothing at all has come for a while, as behind a network that swallows requests. */
  function tiles(map, { url, attribution, onFail }) {
    const layer = L.tileLayer(url, { attribution, zIndex: 5, maxZoom: 19 });
    let loaded = 0, errors = 0;
    const giveUp = () => {
      if (!layer._map) return;
      layer.remove();
      if (onFail) onFail();
    };
    const silence = setTimeout(() => { if (!loaded) giveUp(); }, 8000);
    layer.on("remove", () => clearTimeout(silence));
    layer.on("tileload", () => { loaded += 1; });
    layer.on("tileerror", () => {
      errors += 1;
      if (!loaded || errors >= 3) giveUp();
    });
    return layer.addTo(map);
  }

  window.KharitaBase = { create, tiles, boxesOf };
})();
