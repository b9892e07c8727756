/* Marks on a shared canvas: a shape and a colour per class (fairs: diamonds), hollow when not yet
   open, dashed and pale when generated, a darker fill with a figure when it stands for several.
   Where there are facilities alone (Locate) the colour says the status instead, filled, hatched or
   hollow, and the shape the use. */
(() => {
  "use strict";
  const { cluster, day, fill, fullness, named: NAMED, night } = window.KharitaPalette;
  const RADIUS = 7;

  const clusterRadius = (n) => Math.min(24, 10 + 3 * Math.log10(n) + (n > 999 ? 3 : 0));

  function outline(ctx, shape, x, y, r) {
    ctx.beginPath();
    if (shape === "buyer") ctx.arc(x, y, r, 0, 2 * Math.PI);
    else if (shape === "sale") polygon(ctx, x, y, r * 1.25, 4);
    else if (shape === "training") ctx.arc(x, y, r, 0, 2 * Math.PI);
    else if (shape === "other") polygon(ctx, x, y, r * 1.15, 6);
    else if (shape === "site" || shape === "complex")
      ctx.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
    else if (shape === "fair") polygon(ctx, x, y, r * 1.25, 4);
    else {
      ctx.moveTo(x, y - r * 1.15);
      ctx.lineTo(x + r * 1.15, y + r * 0.85);
      ctx.lineTo(x - r * 1.15, y + r * 0.85);
      ctx.closePath();
    }
  }

  function polygon(ctx, x, y, r, sides) {
    for (let i = 0; i < sides; i++) {
      const a = (2 * Math.PI * i) / sides;
      ctx[i ? "lineTo" : "moveTo"](x + r * Math.sin(a), y - r * Math.cos(a));
    }
    ctx.closePath();
  }

  const neutral = (dark) => (dark ? night : day).neutral;
  const statusColors = (dark) => (dark ? night : day).status;

  /* Half filled, in slanted lines: begun, not yet there. */
  function hatch(ctx, shape, x, y, r, color) {
    ctx.save();
    outline(ctx, shape, x, y, r);
    ctx.clip();
    ctx.beginPath();
    for (let d = -2 * r; d <= 2 * r; d += 3.6) {
      ctx.moveTo(x + d - r * 1.3, y + r * 1.3);
      ctx.lineTo(x + d + r * 1.3, y - r * 1.3);
    }
    ctx.setLineDash([]);
    ctx.lineWidth = 1.7;
    ctx.strokeStyle = color;
    ctx.stroke();
    ctx.restore();
  }

  function draw(ctx, mark, x, y) {
    const {
      class: kind,
      n,
      open = true,
      demo,
      named,
      form,
      age,
      status = "active",
    } = mark.properties;
    const shape = mark.byStatus && form && !n ? form : kind;
    const r = mark._radius;
    const color = mark.byStatus
      ? n
        ? neutral(mark.dark)
        : statusColors(mark.dark)[status] || neutral(mark.dark)
      : (n ? cluster : fill)[kind];
    ctx.save();
    ctx.lineJoin = "round";
    if (mark.selected || named) {
      outline(ctx, shape, x, y, r + 4.5);
      ctx.lineWidth = mark.selected ? 4 : 2.5;
      ctx.strokeStyle = mark.selected ? (mark.dark ? night : day).selected : NAMED;
      ctx.stroke();
    }
    outline(ctx, shape, x, y, r + 1.5);
    ctx.fillStyle = mark.dark ? "#101918" : "#FFFFFF";
    ctx.fill();
    outline(ctx, shape, x, y, r);
    if (n) {
      ctx.fillStyle = color;
      ctx.fill();
      ctx.fillStyle = mark.byStatus && mark.dark ? "#0B1113" : "#FFFFFF";
      ctx.font = `600 ${r > 15 ? 12 : 11}px Inter, sans-serif`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(mark.text, x, y + (shape === "maison" ? r * 0.22 : 0.5));
    } else {
      ctx.globalAlpha = demo ? 0.45 : (fullness[age] ?? 1); // the outline keeps its colour
      ctx.fillStyle = open ? color : mark.dark ? "#101918" : "#FFFFFF";
      ctx.fill();
      ctx.globalAlpha = 1;
      if (mark.byStatus && status === "under_construction") {
        hatch(ctx, shape, x, y, r, color);
        outline(ctx, shape, x, y, r);
      }
      ctx.lineWidth = open && !demo && !(age > 3) ? 0.75 : 2;
      ctx.strokeStyle = open && !demo && !(age > 3) ? "rgba(22,33,31,.55)" : color;
      if (demo) ctx.setLineDash([3, 2]);
      ctx.stroke();
    }
    ctx.restore();
  }

  const Renderer = L.Canvas.extend({
    _updateKharitaMark(mark) {
      if (!this._drawing || mark._empty()) return;
      draw(this._ctx, mark, mark._point.x, mark._point.y);
    },
  });

  const Mark = L.CircleMarker.extend({
    initialize(latlng, properties, options) {
      const n = properties.n;
      L.CircleMarker.prototype.initialize.call(this, latlng, {
        ...options,
        radius: n ? clusterRadius(n) : RADIUS,
        weight: 6,
      });
      this.properties = properties;
      this.text = n ? short(n) : "";
    },
    _updatePath() {
      this._renderer._updateKharitaMark(this);
    },
  });

  function short(n) {
    if (n < 1000) return String(n);
    const [value, unit] = n < 1e6 ? [n / 1000, "k"] : [n / 1e6, "M"];
    return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)}${unit}`;
  }

  /* Marks of one class that would hide each other become one; marks of different classes
     are pushed apart by a few pixels, so that a town shows all it has. */
  function arrange(map, features) {
    const items = features.map((f) => {
      const [lng, lat] = f.geometry.coordinates;
      return { f, p: map.latLngToLayerPoint([lat, lng]), n: f.properties.n || 1, parts: [f] };
    });
    return spread(merge(items));
  }

  const sizeOf = (n) => (n > 1 ? clusterRadius(n) : RADIUS);

  function merge(items) {
    const kept = [];
    const buckets = new Map();
    const cell = 64;
    items.sort((a, b) => b.n - a.n);
    for (const item of items) {
      const [cx, cy] = [Math.floor(item.p.x / cell), Math.floor(item.p.y / cell)];
      const key = (x, y) => `${item.f.properties.class}:${x}:${y}`;
      let host = null;
      for (let dx = -1; dx <= 1 && !host; dx++) {
        for (let dy = -1; dy <= 1 && !host; dy++) {
          host =
            (buckets.get(key(cx + dx, cy + dy)) || []).find(
              (k) => k.p.distanceTo(item.p) < (sizeOf(k.n) + sizeOf(item.n)) * 0.9,
            ) || null;
        }
      }
      if (host) {
        host.n += item.n;
        host.parts.push(item.f);
      } else {
        kept.push(item);
        const here = key(cx, cy);
        buckets.set(here, [...(buckets.get(here) || []), item]);
      }
    }
    return kept;
  }

  function spread(items) {
    for (let round = 0; round < 6; round++) {
      for (let i = 0; i < items.length; i++) {
        for (let j = i + 1; j < items.length; j++) {
          const [a, b] = [items[i], items[j]];
          const need = sizeOf(a.n) + sizeOf(b.n) + 2;
          const dx = b.p.x - a.p.x;
          if (dx > need || dx < -need) continue;
          const dy = b.p.y - a.p.y;
          const d = Math.hypot(dx, dy);
          if (d >= need) continue;
          const push = (need - d) / 2;
          const [ux, uy] = d > 0.5 ? [dx / d, dy / d] : [i % 2 ? 1 : -1, 0];
          a.p = L.point(a.p.x - ux * push, a.p.y - uy * push);
          b.p = L.point(b.p.x + ux * push, b.p.y + uy * push);
        }
      }
    }
    return items;
  }

  function boundsOf(parts) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const f of parts) {
      const [x, y] = f.geometry.coordinates;
      const [w, s, e, n] = f.properties.bounds || [x, y, x, y];
      box[0] = Math.min(box[0], w);
      box[1] = Math.min(box[1], s);
      box[2] = Math.max(box[2], e);
      box[3] = Math.max(box[3], n);
    }
    return box;
  }

  /* A mark as an image of the legend. */
  function sample(form, status, dark) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 40;
    canvas.setAttribute("aria-hidden", "true");
    const ctx = canvas.getContext("2d");
    ctx.scale(2, 2);
    draw(
      ctx,
      {
        properties: {
          class: "site",
          form,
          status,
          open: status === "active" || status === "neutral",
        },
        byStatus: true,
        dark,
        _radius: RADIUS,
      },
      10,
      10,
    );
    return canvas;
  }

  window.KharitaMarks = { Renderer, Mark, arrange, boundsOf, sample, statusColors };
})();
