/* The offline file: a map drawn from the data beside it, and its table. Asks nothing of any
   network. Every text enters the page through textContent. */
(() => {
  "use strict";
  const D = JSON.parse(document.getElementById("data").textContent);
  const NS = "http://www.w3.org/2000/svg";
  const palette = D.palette;
  const LABEL = {
    home: [14.5, 600, palette.names.home],
    market: [12.5, 600, palette.names.market],
    country: [12, 400, palette.names.country],
    region: [12.5, 500, palette.names.region],
    province: [11, 400, palette.names.province],
    town: [11.5, 500, palette.names.town],
    sea: [12, 400, palette.names.sea],
  };
  const FONT = 'Inter, "IBM Plex Sans Arabic", sans-serif';

  function el(tag, attrs = {}, ...kids) {
    const node = document.createElement(tag);
    for (const [k, v] of Object.entries(attrs))
      if (k.startsWith("on")) node[k] = v;
      else if (v !== false) node.setAttribute(k, v);
    node.append(...kids.filter((kid) => kid !== "" && kid !== null));
    return node;
  }
  function svg(tag, attrs = {}, text) {
    const node = document.createElementNS(NS, tag);
    for (const [k, v] of Object.entries(attrs)) node.setAttribute(k, v);
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function outline(kind, x, y, r) {
    if (kind === "buyer")
      return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    if (kind === "site") return `M${x - r * 0.9} ${y - r * 0.9}h${1.8 * r}v${1.8 * r}h${-1.8 * r}Z`;
    if (kind === "fair") {
      const s = r * 1.25;
      return `M${x} ${y - s}L${x + s} ${y}L${x} ${y + s}L${x - s} ${y}Z`;
    }
    return `M${x} ${y - r * 1.15}L${x + r * 1.15} ${y + r * 0.85}L${x - r * 1.15} ${y + r * 0.85}Z`;
  }
  const radius = (n) => (n === 1 ? 7.5 : Math.min(26, 11 + 3 * Math.log10(n)));

  function drawMark(kind, x, y, n, { open = true, demo = false } = {}) {
    const group = svg("g");
    const r = radius(n);
    group.append(svg("path", { d: outline(kind, x, y, r + 1.7), fill: "#fff" }));
    const shape = { d: outline(kind, x, y, r) };
    if (n > 1) {
      group.append(
        svg("path", { ...shape, fill: palette.cluster[kind] }),
        svg(
          "text",
          {
            x,
            y: y + (kind === "maison" ? r * 0.28 : 0) + 4.2,
            "font-size": 12,
            "font-weight": 600,
            fill: "#fff",
            "text-anchor": "middle",
          },
          String(n),
        ),
      );
    } else if (demo)
      group.append(
        svg("path", {
          ...shape,
          fill: open ? palette.pale[kind] : "#fff",
          stroke: palette.cluster[kind],
          "stroke-width": 1.6,
          "stroke-dasharray": "2.6 1.9",
        }),
      );
    else
      group.append(
        svg("path", {
          ...shape,
          fill: open ? palette.fill[kind] : "#fff",
          stroke: open ? palette.keyline : palette.cluster[kind],
          "stroke-width": open ? 0.9 : 2.2,
        }),
      );
    return group;
  }
  function drawTag(kind, x, y, text) {
    const group = svg("g");
    const half = 6 + text.length * 3.3;
    group.append(
      svg("rect", {
        x: x - half,
        y: y - 9,
        width: 2 * half,
        height: 18,
        rx: 5,
        fill: "#fff",
        stroke: palette.cluster[kind],
        "stroke-width": 1.4,
      }),
      svg(
        "text",
        {
          x,
          y: y + 4,
          "font-size": 11.5,
          "font-weight": 600,
          fill: palette.ink,
          "text-anchor": "middle",
        },
        text,
      ),
    );
    return group;
  }

  /* --- map --- */
  const box = document.getElementById("map");
  const root = svg("svg", { role: "application", "aria-label": D.words.map });
  const ground = svg("g");
  const foreground = svg("g");
  root.append(ground, foreground);
  box.append(root);
  const view = { x: D.view.x, y: D.view.y, world: D.view.world };
  const MIN = 300;
  const MAX = Math.max(D.view.world * 32, 256 * 2 ** 11);

  function layer({ left, top, world, w, h, countries, outline: home, areas, regions, provinces }) {
    const group = svg("g");
    group.append(svg("rect", { x: 0, y: 0, width: w, height: h, fill: palette.sea }));
    const line = {
      "vector-effect": "non-scaling-stroke",
      "stroke-linejoin": "round",
      "fill-rule": "evenodd",
    };
    for (const [fill, d, stroke, width] of countries)
      group.append(svg("path", { d, fill, stroke, "stroke-width": width, ...line }));
    if (home) group.append(svg("path", { d: home, fill: palette.home, ...line }));
    if (areas) group.append(svg("path", { d: areas, fill: palette.picked, ...line }));
    for (const [d, stroke, width] of [
      [provinces, "#CDBE96", 0.8],
      [regions, "#B9A878", 1],
      [home, "#B9A878", 1.4],
      [areas, palette.selected, 1.4],
    ])
      if (d) group.append(svg("path", { d, fill: "none", stroke, "stroke-width": width, ...line }));
    return {
      group,
      place: (size) => {
        const x = (left - view.x) * view.world + size.w / 2;
        const y = (top - view.y) * view.world + size.h / 2;
        group.setAttribute("transform", `translate(${x} ${y}) scale(${view.world / world})`);
      },
    };
  }
  const layers = D.ground.map((g) => layer(g));
  D.ground.forEach((g, i) => {
    if (!i) return; // the finer window hides the coarse world under it
    const clip = svg("clipPath", { id: `w${i}` });
    clip.append(svg("rect", { width: g.w, height: g.h }));
    layers[i].group.append(clip);
    layers[i].group.setAttribute("clip-path", `url(#w${i})`);
  });
  for (const { group } of layers) ground.append(group);

  const size = () => ({ w: box.clientWidth, h: box.clientHeight });
  const toScreen = (fx, fy, s) => [
    (fx - view.x) * view.world + s.w / 2,
    (fy - view.y) * view.world + s.h / 2,
  ];

  function merge(items) {
    const kept = [];
    const cells = new Map();
    const CELL = 64;
    for (const item of items) {
      const cx = Math.floor(item.x / CELL);
      const cy = Math.floor(item.y / CELL);
      let host = null;
      for (let dx = -1; dx <= 1 && !host; dx++)
        for (let dy = -1; dy <= 1 && !host; dy++)
          host =
            (cells.get(`${item.kind}:${cx + dx}:${cy + dy}`) || []).find(
              (k) =>
                Math.hypot(k.x - item.x, k.y - item.y) <
                (radius(k.all.length) + radius(item.all.length)) * 0.95,
            ) || null;
      if (host) host.all.push(...item.all);
      else {
        kept.push(item);
        const key = `${item.kind}:${cx}:${cy}`;
        cells.set(key, [...(cells.get(key) || []), item]);
      }
    }
    return kept;
  }
  function spread(items) {
    for (let round = 0; round < 8; round++)
      for (let i = 0; i < items.length; i++)
        for (let j = i + 1; j < items.length; j++) {
          const a = items[i];
          const b = items[j];
          const need = radius(a.all.length) + radius(b.all.length) + 3;
          const dx = b.x - a.x;
          const dy = b.y - a.y;
          if (Math.abs(dx) > need || Math.abs(dy) > need) continue;
          const d = Math.hypot(dx, dy);
          if (d >= need) continue;
          const push = (need - d) / 2;
          const ux = d > 0.5 ? dx / d : i % 2;
          const uy = d > 0.5 ? dy / d : 1 - (i % 2);
          a.x -= ux * push;
          a.y -= uy * push;
          b.x += ux * push;
          b.y += uy * push;
        }
    return items;
  }

  const ctx = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  function width(text, px, weight) {
    const key = `${weight} ${px} ${text}`;
    if (!widths.has(key)) {
      ctx.font = `${weight} ${px}px ${FONT}`;
      widths.set(key, ctx.measureText(text).width);
    }
    return widths.get(key);
  }
  const meets = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

  function draw() {
    const s = size();
    for (const layer of layers) layer.place(s);
    foreground.replaceChildren();
    foreground.removeAttribute("transform");
    const seen = [];
    D.records.forEach((r, i) => {
      if (r.x === null) return;
      const [x, y] = toScreen(r.x, r.y, s);
      if (x > -40 && y > -40 && x < s.w + 40 && y < s.h + 40)
        seen.push({ kind: r.class, x, y, all: [i] });
    });
    const marks = spread(merge(seen));
    const taken = marks.map((m) => {
      const r = radius(m.all.length) + 3;
      return [m.x - r, m.y - r, m.x + r, m.y + r];
    });
    const zoom = Math.log2(view.world / 256);
    const texts = svg("g");
    foreground.append(texts);
    for (const tag of D.tags.filter((g) => !g.region || g.wide !== zoom >= 5)) {
      const [x, y] = toScreen(tag.x, tag.y, s);
      const text = zoom >= 4 ? tag.text : String(tag.all.length);
      if (x < 0 || y < 0 || x > s.w || y > s.h) continue;
      const half = 7 + text.length * 3.3;
      let at = [x, y];
      for (const [dx, dy] of [
        [0, 0],
        [0, 24],
        [0, -24],
        [half + 14, 0],
        [-half - 14, 0],
        [0, 44],
        [0, -44],
        [60, 30],
        [-60, 30],
        [-60, -30],
        [60, -30],
      ]) {
        const b = [x + dx - half, y + dy - 10, x + dx + half, y + dy + 10];
        if (!taken.some((o) => meets(b, o))) {
          at = [x + dx, y + dy];
          break;
        }
      }
      taken.push([at[0] - half, at[1] - 10, at[0] + half, at[1] + 10]);
      foreground.append(
        button(drawTag(tag.kind, ...at, text), `${tag.name}: ${tag.text}`, () =>
          list(tag.all, ...at),
        ),
      );
    }
    for (const m of marks) {
      const one = m.all.length === 1 ? D.records[m.all[0]] : null;
      const node = button(
        drawMark(m.kind, m.x, m.y, m.all.length, one || {}),
        one ? one.name : `${m.all.length}`,
        () => (one ? show(m.all[0], m.x, m.y) : closer(m)),
      );
      node.dataset.n = m.all.length;
      foreground.append(node);
    }
    labels(texts, taken, Math.round(zoom), s);
    scale();
    box.dataset.drawn = String(Number(box.dataset.drawn || 0) + 1);
  }

  function labels(group, taken, zoom, s) {
    taken = [...taken, [s.w - 60, 0, s.w, 140], [s.w - 190, s.h - 54, s.w, s.h], [0, 0, 54, 54]];
    const placed = new Set();
    for (const [text, fx, fy, first, last, kind] of D.labels) {
      if (zoom < first || zoom > last || !LABEL[kind] || (kind === "sea" && placed.has(text)))
        continue;
      const [x, y] = toScreen(fx, fy, s);
      if (x < 0 || y < 0 || x > s.w || y > s.h) continue;
      const [px, weight, fill] = LABEL[kind];
      const half = width(text, px, weight) / 2 + 3;
      const spots =
        kind === "town"
          ? [
              [half + 5, 0],
              [-half - 5, 0],
              [0, -12],
              [0, 12],
            ]
          : kind === "sea"
            ? [[0, 0]]
            : [
                [0, 0],
                [0, -16],
                [0, 16],
                [-26, 0],
                [26, 0],
                [0, -30],
                [0, 30],
              ];
      const spot = spots.find(([dx, dy]) => {
        const b = [x + dx - half, y + dy - px * 0.65, x + dx + half, y + dy + px * 0.65];
        return (
          b[0] > 2 &&
          b[1] > 2 &&
          b[2] < s.w - 2 &&
          b[3] < s.h - 2 &&
          !taken.some((o) => meets(b, o))
        );
      });
      if (!spot) continue;
      placed.add(text);
      const [lx, ly] = [x + spot[0], y + spot[1]];
      taken.push([lx - half, ly - px * 0.65, lx + half, ly + px * 0.65]);
      if (kind === "town") group.append(svg("circle", { cx: x, cy: y, r: 2.2, fill }));
      group.append(
        svg(
          "text",
          {
            x: lx,
            y: ly + px * 0.34,
            "font-size": px,
            "font-weight": weight,
            fill,
            "text-anchor": "middle",
            "paint-order": "stroke",
            stroke: kind === "sea" ? "#C5D5DC" : "#FFFDF8",
            "stroke-width": 3,
            "stroke-opacity": 0.85,
            "stroke-linejoin": "round",
          },
          text,
        ),
      );
    }
  }

  const north = el("div", { class: "north" }, "\u25B2", el("br"), D.words.north);
  const bar = el("div", { class: "bar" });
  box.append(north, bar);
  function scale() {
    const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * view.y))) * 180) / Math.PI;
    const unit = (40075016.686 * Math.cos((lat * Math.PI) / 180)) / view.world;
    const power = 10 ** Math.floor(Math.log10(unit * 140));
    const metres = [5, 2, 1].map((k) => k * power).find((m) => m <= unit * 140);
    const number = (v) => v.toLocaleString(D.locale, { numberingSystem: "latn" });
    const summary =
      metres >= 1000
        ? D.words.km.replace("{n}", number(metres / 1000))
        : D.words.m.replace("{n}", number(metres));
    const at = (lat >= 0 ? D.words.lat_north : D.words.lat_south).replace(
      "{n}",
      number(Math.round(Math.abs(lat))),
    );
    const rule = el("i");
    rule.style.width = `${metres / unit}px`;
    bar.replaceChildren(
      el("bdi", {}, summary),
      " ",
      el("bdi", {}, D.words.scale_lat.replace("{lat}", at)),
      rule,
    );
  }

  function button(node, label, act) {
    node.setAttribute("class", "mark");
    node.setAttribute("role", "button");
    node.setAttribute("tabindex", "0");
    node.setAttribute("aria-label", label);
    node.addEventListener("click", (event) => {
      event.stopPropagation();
      if (!moved) act();
    });
    node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        act();
      }
    });
    return node;
  }

  /* --- popups --- */
  let popup = null;
  function close() {
    if (popup) popup.remove();
    popup = null;
  }
  function open(x, y, ...kids) {
    close();
    popup = el(
      "div",
      { class: "popup", dir: D.dir, role: "dialog" },
      el("button", { class: "close", "aria-label": D.words.close, onclick: close }, "\u00D7"),
      ...kids,
    );
    box.append(popup);
    const s = size();
    const w = popup.offsetWidth;
    const h = popup.offsetHeight;
    popup.style.left = `${Math.max(8, Math.min(x - w / 2, s.w - w - 8))}px`;
    const top = y + 16 + h > s.h ? Math.min(y - h - 16, s.h - h - 8) : y + 16;
    popup.style.top = `${Math.max(8, top)}px`;
    popup.querySelector("button").focus({ preventScroll: true });
  }
  function show(i, x, y) {
    const r = D.records[i];
    const demo = r.demo ? el("span", { class: "demo" }, D.words.demo) : "";
    open(
      x,
      y,
      el("h3", {}, el("bdi", {}, r.name), demo),
      ...r.lines.map(([label, text]) => el("p", {}, el("b", {}, `${label} `), el("bdi", {}, text))),
      ...r.links.map((href) =>
        el(
          "p",
          {},
          /^https?:\/\//i.test(href)
            ? el("a", { href, target: "_blank", rel: "noopener noreferrer" }, href)
            : href,
        ),
      ),
    );
  }
  function list(all, x, y) {
    open(
      x,
      y,
      el("h3", {}, String(all.length)),
      el(
        "ul",
        {},
        ...all.map((i) =>
          el(
            "li",
            {},
            el("button", { onclick: () => show(i, x, y) }, el("bdi", {}, D.records[i].name)),
          ),
        ),
      ),
    );
  }
  function closer(mark) {
    const xs = mark.all.map((i) => D.records[i].x);
    const ys = mark.all.map((i) => D.records[i].y);
    const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const s = size();
    const wide = Math.max((x1 - x0) / (s.w * 0.6), (y1 - y0) / (s.h * 0.6));
    if (wide < 1 / MAX || view.world >= MAX) {
      list(mark.all, mark.x, mark.y);
      return;
    }
    Object.assign(view, { x: (x0 + x1) / 2, y: (y0 + y1) / 2, world: Math.min(MAX, 1 / wide) });
    close();
    draw();
  }

  /* --- moving --- */
  let drag = null;
  let moved = false;
  let due = 0;
  const soon = () => {
    if (!due)
      due = requestAnimationFrame(() => {
        due = 0;
        draw();
      });
  };
  function zoomBy(factor, px, py) {
    const s = size();
    const [x, y] = [px ?? s.w / 2, py ?? s.h / 2];
    const world = Math.max(MIN, Math.min(MAX, view.world * factor));
    view.x += (x - s.w / 2) * (1 / view.world - 1 / world);
    view.y += (y - s.h / 2) * (1 / view.world - 1 / world);
    view.world = world;
    close();
    soon();
  }
  root.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      zoomBy(2 ** (-event.deltaY / 320), event.offsetX, event.offsetY);
    },
    { passive: false },
  );
  root.addEventListener("pointerdown", (event) => {
    drag = { x: event.clientX, y: event.clientY };
    moved = false;
  });
  addEventListener("pointermove", (event) => {
    if (!drag) return;
    const dx = event.clientX - drag.x;
    const dy = event.clientY - drag.y;
    if (!moved && Math.hypot(dx, dy) < 4) return;
    moved = true;
    drag = { x: event.clientX, y: event.clientY };
    view.x = Math.max(0, Math.min(1, view.x - dx / view.world));
    view.y = Math.max(0, Math.min(1, view.y - dy / view.world));
    close();
    soon();
  });
  addEventListener("pointerup", () => {
    drag = null;
  });
  root.addEventListener("click", () => {
    if (!moved) close();
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  addEventListener("resize", soon);
  const home = () => {
    Object.assign(view, {
      x: D.view.x,
      y: D.view.y,
      world: D.view.world * Math.min(1, size().w / D.view.w),
    });
    close();
    draw();
  };
  box.append(
    el(
      "div",
      { class: "controls" },
      ...[
        ["+", D.words.zoom_in, () => zoomBy(2)],
        ["\u2212", D.words.zoom_out, () => zoomBy(0.5)],
        ["\u2302", D.words.zoom_fit, home],
      ].map(([text, label, onclick]) =>
        el("button", { type: "button", title: label, "aria-label": label, onclick }, text),
      ),
    ),
  );

  /* --- beside the map --- */
  document.getElementById("title").textContent = D.title;
  document.getElementById("filters").textContent = D.filters;
  document.getElementById("side").append(
    el("h2", {}, D.words.figures),
    el(
      "dl",
      {},
      ...D.figures.flatMap(([value, label, sub]) => [
        el("dt", {}, value),
        el("dd", {}, label, el("span", { class: "sub" }, sub)),
      ]),
    ),
    el("h2", {}, D.words.legend),
    el(
      "ul",
      { class: "legend" },
      ...D.legend.map(([symbol, text, count]) => {
        const icon = svg("svg", { viewBox: "0 0 26 26", "aria-hidden": "true" });
        if (symbol === "tag") icon.append(drawTag("buyer", 13, 13, "3"));
        else
          icon.append(
            drawMark(
              { hollow: "site", demo: "buyer", many: "site" }[symbol] || symbol,
              13,
              13,
              symbol === "many" ? 5 : 1,
              { open: symbol !== "hollow", demo: symbol === "demo" },
            ),
          );
        return el("li", {}, icon, el("span", {}, text), el("b", {}, count));
      }),
    ),
  );
  document
    .getElementById("foot")
    .append(
      el(
        "div",
        { class: "credits" },
        el("p", { class: "stamp" }, D.stamp),
        ...D.credits.map((text) => el("p", {}, text)),
      ),
    );
  const code = svg("svg", { viewBox: `0 0 ${D.code.side} ${D.code.side}`, "aria-hidden": "true" });
  code.append(svg("path", { d: D.code.path, fill: palette.ink }));
  document
    .getElementById("foot")
    .append(
      el(
        "div",
        { class: "code" },
        el("p", { class: "stamp" }, D.words.reopen),
        el("p", {}, el("bdi", {}, D.link)),
        D.code.path ? code : "",
      ),
    );

  /* --- table --- */
  const fold = (text) =>
    text
      .normalize("NFD")
      .replace(/[\u0300-\u036f\u064b-\u0652\u0640]/g, "")
      .replace(/[\u0622\u0623\u0625]/g, "\u0627")
      .replace(/\u0629/g, "\u0647")
      .replace(/\u0649/g, "\u064a")
      .toLowerCase();
  const tools = document.getElementById("tools");
  const body = el("tbody");
  const head = el("tr");
  const search = el("input", {
    type: "search",
    placeholder: D.words.search,
    "aria-label": D.words.search,
    oninput: fill,
  });
  const count = el("span", { class: "sub", "aria-live": "polite" });
  let tab = (D.tabs.find(({ key }) => key === D.tab) || D.tabs[0])?.key;
  const tabs = D.tabs.map(({ key, text }) =>
    el(
      "button",
      {
        type: "button",
        onclick: () => {
          tab = key;
          fill();
        },
      },
      text,
    ),
  );
  tools.append(...tabs, count, search);
  document.getElementById("table").append(el("table", {}, el("thead", {}, head), body));
  function fill() {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    const chosen = D.tabs.find(({ key }) => key === tab);
    tabs.forEach((node, i) => {
      node.setAttribute("aria-pressed", String(D.tabs[i].key === tab));
    });
    if (!chosen) return;
    head.replaceChildren(...chosen.columns.map((text) => el("th", { scope: "col" }, text)));
    const rows = chosen.rows.filter(({ cells }) => {
      const text = fold(cells.join(" "));
      return words.every((w) => text.includes(w));
    });
    count.textContent = D.words.shown_of
      .replace("{shown}", rows.length)
      .replace("{total}", chosen.rows.length);
    body.replaceChildren(
      ...rows.map(({ cells, i }) => {
        const row = el(
          "tr",
          { tabindex: i === null ? false : 0 },
          ...cells.map((text) => el("td", {}, el("bdi", {}, text))),
        );
        if (i !== null) {
          row.onclick = () => go(i);
          row.onkeydown = (event) => {
            if (event.key === "Enter") go(i);
          };
        }
        return row;
      }),
    );
    if (!rows.length)
      body.append(el("tr", {}, el("td", { colspan: chosen.columns.length }, D.words.none)));
  }
  function go(i) {
    const r = D.records[i];
    const s = size();
    if (r.x !== null) {
      Object.assign(view, {
        x: r.x,
        y: r.y,
        world: Math.max(view.world, Math.min(MAX, 256 * 2 ** 7)),
      });
      draw();
    }
    show(i, s.w / 2, s.h / 2);
    box.scrollIntoView({ block: "nearest" });
  }
  fill();
  home();
})();
