/* The base map: canvas tiles drawn from our own vectors; the labels over them are written by
   labels.js, which must be loaded before. A classic script, because it runs inside the map's
   frame beside the global L. Nothing here needs the internet, but for the optional tiles.

   KharitaBase.create(map, {urls: {coarse, fine, morocco, labels}, dark, rtl, onReady, avoid})
     -> layer group with highlight(iso2 list), age({iso2: step}), showLabels(bool), relabel() and
        labelled(), the labels on show as {text, kind, box}
     onReady   called once, when every payload has arrived or failed and is drawn
     avoid     optional: () => [[x0, y0, x1, y1], ...] in container pixels, kept free of labels
               as the map's controls always are; call relabel() when they change
   KharitaBase.boxesOf(map, selector) -> such boxes for elements inside the map
   KharitaBase.tiles(map, {url, attribution, onFail}) -> tile layer that gives up by itself */
(() => {
  "use strict";
  const { Labels, boxesOf, fonts, pixelRatio } = window.KharitaLabels;
  const palette = window.KharitaPalette;
  const LIGHT = {
    ...palette.day.ground,
    border: "#FFFFFF",
    thick: 0.9,
    region: "#C9BA96",
    province: "#D6C79F",
    pickedLine: palette.day.selected,
  };
  const DARK = {
    ...palette.night.ground,
    border: "#0F1818",
    thick: 0.7,
    region: "#4B5A4C",
    province: "#3E4A3D",
    pickedLine: "#7FD0C9",
  };
  const FINE_FROM = 4;
  const PROVINCES_FROM = 7;
  const CHUNK = 48; // points that share one bounding box
  const NEAR = 0.6; // pixels: nearer points are not worth a line

  /* One line as fractions of the Mercator world, cut into chunks with bounding boxes
     (west, north, east, south). */
  function unpack(flat, scale, closed) {
    const n = flat.length / 2;
    const xy = new Float64Array(2 * n);
    const chunkBoxes = new Float64Array(4 * Math.ceil(n / CHUNK));
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    let lon = 0;
    let lat = 0;
    for (let i = 0; i < n; i++) {
      lon += flat[2 * i];
      lat += flat[2 * i + 1];
      const sin = Math.sin((Math.max(-85.0511, Math.min(85.0511, lat / scale)) * Math.PI) / 180);
      const x = lon / scale / 360 + 0.5;
      const y = 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
      const k = 4 * Math.floor(i / CHUNK);
      xy[2 * i] = x;
      xy[2 * i + 1] = y;
      if (i % CHUNK === 0) chunkBoxes.set([x, y, x, y], k);
      chunkBoxes[k] = Math.min(chunkBoxes[k], x);
      chunkBoxes[k + 1] = Math.min(chunkBoxes[k + 1], y);
      chunkBoxes[k + 2] = Math.max(chunkBoxes[k + 2], x);
      chunkBoxes[k + 3] = Math.max(chunkBoxes[k + 3], y);
    }
    for (let k = 0; k < chunkBoxes.length; k += 4) {
      for (const side of [0, 1]) {
        box[side] = Math.min(box[side], chunkBoxes[k + side]);
        box[side + 2] = Math.max(box[side + 2], chunkBoxes[k + side + 2]);
      }
    }
    return { xy, chunkBoxes, box, closed };
  }

  const outside = (b, k, f) => b[k] > f[2] || b[k + 2] < f[0] || b[k + 1] > f[3] || b[k + 3] < f[1];

  /* The part of some lines that matters to one tile. `view`: frame (world fractions, a little
     wider than the tile), world (pixels), left, top. Null when nothing is inside. */
  function trace(lines, { frame, world, left, top }) {
    let path = null;
    for (const { xy, chunkBoxes, box, closed } of lines) {
      if (outside(box, 0, frame)) continue;
      if ((box[2] - box[0]) * world < NEAR && (box[3] - box[1]) * world < NEAR) continue;
      path = path || new Path2D();
      const n = xy.length / 2;
      let px = Infinity;
      let py = Infinity;
      const go = (i, always) => {
        const x = xy[2 * i] * world - left;
        const y = xy[2 * i + 1] * world - top;
        if (!always && Math.abs(x - px) < NEAR && Math.abs(y - py) < NEAR) return;
        if (i) path.lineTo(x, y);
        else path.moveTo(x, y);
        px = x;
        py = y;
      };
      for (let start = 0, k = 0; start < n; start += CHUNK, k += 4) {
        const end = Math.min(n, start + CHUNK) - 1;
        // A chunk on the far side of one edge of the frame may become a straight line
        // there: the fill inside the frame stays the same.
        if (outside(chunkBoxes, k, frame)) {
          go(start, true);
          go(end, true);
        } else for (let i = start; i <= end; i++) go(i, i === 0 || i === n - 1);
      }
      if (closed) path.closePath();
    }
    return path;
  }

  function mixed(one, other, part) {
    const channel = (color, k) => parseInt(color.slice(k, k + 2), 16);
    const mix = (k) => Math.round(channel(one, k) * (1 - part) + channel(other, k) * part);
    return `rgb(${[1, 3, 5].map(mix).join()})`;
  }

  const Vectors = L.GridLayer.extend({
    options: {
      tileSize: 512,
      pane: "tilePane",
      updateWhenZooming: false,
      keepBuffer: 1,
      noWrap: true,
      className: "kh-vectors",
    },

    initialize(colors) {
      L.GridLayer.prototype.initialize.call(this);
      this.colors = colors;
      this.data = {};
      this.picked = new Set();
      this.ages = {};
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
      const world = 256 * 2 ** z;
      const left = x * size;
      const top = y * size;
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
        ctx.fillStyle = picked
          ? c.picked
          : kind === "market"
            ? mixed(c.market, c.land, palette.fading[this.ages[iso2]] || 0)
            : c[kind];
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

  /* Payloads by address, ready to draw: a new theme or language loads only what differs. */
  const ready = new Map();

  function load(url, prepare) {
    if (!ready.has(url)) {
      ready.set(
        url,
        fetch(url)
          .then((answer) => {
            if (!answer.ok) throw new Error(String(answer.status));
            return answer.json();
          })
          .then(prepare),
      );
    }
    return ready.get(url).catch((error) => {
      ready.delete(url);
      console.warn(`base map: ${url}: ${error.message}`);
      return null;
    });
  }

  const lines = (packed, scale, closed) => packed.map((flat) => unpack(flat, scale, closed));

  const countriesOf = ({ scale, countries }) =>
    countries.map(({ iso2, market, home, rings }) => ({
      iso2,
      kind: home ? "home" : market ? "market" : "land",
      rings: lines(rings, scale, true),
    }));

  const moroccoOf = ({ scale, outline, regions, provinces }) => ({
    outline: lines(outline, scale, true),
    regions: lines(regions, scale, false),
    provinces: lines(provinces, scale, false),
  });

  function create(map, { urls, dark, rtl, onReady, avoid }) {
    const colors = dark ? DARK : LIGHT;
    const group = L.layerGroup();
    const vectors = new Vectors(colors);
    let labels = null;
    let shown = true;
    map.getContainer().style.backgroundColor = colors.sea;
    vectors.addTo(group);
    group.addTo(map);

    const arrivals = [
      ["coarse", countriesOf],
      ["fine", countriesOf],
      ["morocco", moroccoOf],
    ].map(async ([name, prepare]) => {
      const data = await load(urls[name], prepare);
      if (!data) return;
      vectors.data[name] = data;
      vectors.repaint();
    });
    const patience = new Promise((done) => {
      setTimeout(done, 1500);
    });
    const lettering = fonts();
    arrivals.push(
      load(urls.labels, (data) => data.labels).then(async (found) => {
        if (!found) return;
        await Promise.race([lettering, patience]);
        labels = new Labels(found, { dark, rtl, avoid });
        if (shown) labels.addTo(group);
        lettering.then(() => {
          labels.widths.clear();
          labels.draw();
        });
      }),
    );
    Promise.all(arrivals).then(() => {
      if (onReady) onReady(group);
    });

    return Object.assign(group, {
      vectors,
      relabel() {
        if (labels) labels.draw();
      },
      labelled() {
        return labels && shown
          ? labels.drawn.map(({ text, kind, box }) => ({ text, kind, box }))
          : [];
      },
      showLabels(show) {
        shown = show;
        if (labels) show ? group.addLayer(labels) : group.removeLayer(labels);
      },
      age(steps) {
        vectors.ages = steps;
        vectors.repaint();
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
    let loaded = 0;
    let errors = 0;
    const giveUp = () => {
      if (!layer._map) return;
      layer.remove();
      if (onFail) onFail();
    };
    const silence = setTimeout(() => {
      if (!loaded) giveUp();
    }, 8000);
    layer.on("remove", () => clearTimeout(silence));
    layer.on("tileload", () => {
      loaded += 1;
    });
    layer.on("tileerror", () => {
      errors += 1;
      if (!loaded || errors >= 3) giveUp();
    });
    return layer.addTo(map);
  }

  window.KharitaBase = { create, tiles, boxesOf };
})();
