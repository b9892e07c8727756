/* What floats over the map: legend with layer switches, fit, tags, lists, messages. */
(() => {
  "use strict";
  const LAYERS = ["buyers", "sites", "maisons", "fairs"];
  const SVG = "http://www.w3.org/2000/svg";
  const { glyphs } = window.KharitaPalette;

  function node(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(properties)) {
      if (key === "on")
        for (const [type, act] of Object.entries(value)) made.addEventListener(type, act);
      else if (key in made) made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children.filter((c) => c !== null && c !== undefined));
    return made;
  }

  function mark(shape, kind = "") {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", `kh-mark ${shape} ${kind}`);
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", glyphs[shape]);
    svg.append(path);
    return svg;
  }

  function panel(map, position, content) {
    const control = L.control({ position });
    control.onAdd = () => {
      L.DomEvent.disableClickPropagation(content);
      L.DomEvent.disableScrollPropagation(content);
      return content;
    };
    return control.addTo(map);
  }

  function draw(live, message) {
    const w = live.words;
    for (const panel of live.panels || []) panel.remove();
    const map = live._map;
    map.zoomControl.remove();
    map.zoomControl = L.control
      .zoom({ position: "topright", zoomInTitle: w["ui.zoom_in"], zoomOutTitle: w["ui.zoom_out"] })
      .addTo(map);
    if (!live.scaled) {
      live.scaled = L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
      map.attributionControl.setPrefix(false).addAttribution(live.config.credits);
    }
    live.checkboxes = {};
    const rows = LAYERS.filter(
      (name) => !live.locate || name === "sites" || name === "maisons",
    ).map((name) => {
      const box = node("input", {
        type: "checkbox",
        on: { change: () => live.send({ op: "toggle", field: "layers", value: name }) },
      });
      live.checkboxes[name] = box;
      return node(
        "label",
        {},
        box,
        mark(name.slice(0, -1)),
        node("span", { textContent: w[`ui.layer.${name}`] }),
      );
    });
    const key = (kind, word) =>
      node(
        "div",
        { className: "kh-key" },
        mark(live.locate ? "site" : "buyer", kind),
        node("span", { textContent: w[word] }),
      );
    live.tiles = node("input", {
      type: "checkbox",
      on: {
        change: (e) =>
          live.send({ op: "set", field: "base", value: e.target.checked ? "osm" : "vector" }),
      },
    });
    const legend = node(
      "details",
      { className: "kh-legend", dir: message.dir, open: window.innerWidth > 640 },
      node("summary", { textContent: w["ui.legend"] }),
      ...(live.locate
        ? [live.locate.legend, ...rows]
        : [...rows, node("hr"), key("hollow", "ui.legend.hollow")]),
      key("dashed", "ui.legend.demo"),
      key("many", "ui.legend.many"),
      key("old", "ui.legend.old"),
      node("hr"),
      node("label", {}, live.tiles, node("span", { textContent: w["ui.tiles"] })),
    );
    live.fitButton = node("button", {
      type: "button",
      className: "kh-button kh-fit",
      dir: message.dir,
      title: w["ui.fit_hint"],
      textContent: w["ui.fit"],
      on: {
        click: () => {
          live.touched = true;
          live.fit();
        },
      },
    });
    live.back = node("button", {
      type: "button",
      className: "kh-button kh-back",
      dir: message.dir,
      hidden: true,
      textContent: w["ui.show_on_map"],
      on: {
        click: () => {
          live.touched = true;
          const [lon, lat] = live.selected.at;
          live._map.flyTo([lat, lon], Math.max(live._map.getZoom(), 6), { duration: 0.6 });
        },
      },
    });
    live.alarm = node(
      "div",
      { className: "kh-alarm", role: "status", dir: message.dir, hidden: true },
      node("span", { textContent: w["ui.map_failed"] }),
      node("button", {
        type: "button",
        className: "kh-button",
        textContent: w["ui.retry"],
        on: { click: () => live.refresh() },
      }),
    );
    live.note = node("div", {
      className: "kh-alarm kh-note",
      role: "status",
      dir: message.dir,
      hidden: true,
    });
    live.panels = [
      panel(map, "bottomright", legend),
      panel(map, "topleft", live.fitButton),
      ...(live.locate ? [panel(map, "topleft", live.locate.drawn.buttons(w, message.dir))] : []),
      panel(map, "topleft", live.back),
      panel(map, "topleft", live.alarm),
      panel(map, "topleft", live.note),
    ];
  }

  function update(live, message) {
    for (const [name, box] of Object.entries(live.checkboxes))
      box.checked = message.layers.includes(name);
    live.tiles.checked = message.base === "osm";
    live.base.showLabels(message.base !== "osm");
    live.base.highlight(message.market);
    if (message.base === "osm" && !live.online) {
      live.online = window.KharitaBase.tiles(live._map, {
        url: live.config.tiles.url,
        attribution: live.config.tiles.attribution,
        onFail: () => {
          live.online = null;
          live.note.textContent = live.words["ui.tiles_failed"];
          live.note.hidden = false;
          live.send({ op: "set", field: "base", value: "vector" });
        },
      });
    } else if (message.base !== "osm" && live.online) {
      live.online.remove();
      live.online = null;
    }
  }

  function failed(live, is) {
    live.alarm.hidden = !is;
  }

  /* The selected record is elsewhere: offer to go there, never go unasked. */
  function offscreen(live) {
    live.back.hidden =
      !live.selected || live._map.getBounds().contains([live.selected.at[1], live.selected.at[0]]);
  }

  /* How many records of a country have no place: near its name, beside marks and other tags
     (`taken`, to which its own box is added), never over them where there is room. */
  function tag(live, { field, code, text, n, name, lon_lat: [lon, lat] }, taken) {
    const small = live._map.getZoom() < 5;
    const place = live._map.latLngToContainerPoint([lat, lon]);
    // else the keyboard would stop out of sight
    const inside = L.bounds([0, 0], live._map.getSize()).contains(place);
    const at = room(place, small ? 34 : 18 + 6.2 * text.length, taken);
    const button = node("button", {
      type: "button",
      className: "kh-tag",
      dir: "auto",
      title: `${name} : ${text}`,
      "aria-label": `${name} : ${text}`,
      tabIndex: inside ? 0 : -1,
      textContent: small ? `${n} ?` : text,
      on: {
        click: (e) => {
          e.stopPropagation();
          list(
            live,
            L.latLng(lat, lon),
            field === "market" ? "buyers" : "sites",
            { [field]: code, unlocated: 1 },
            name,
          );
        },
      },
    });
    return L.marker([lat, lon], {
      keyboard: false,
      icon: L.divIcon({ className: "kh-tag-at", html: button, iconSize: [0, 0], iconAnchor: at }),
    });
  }

  /* Anchor of a tag so that it meets nothing: the nearest of some steps around its place. */
  function room(p, width, taken) {
    const box = ([x, y]) => [p.x + x - width / 2, p.y + y + 8, p.x + x + width / 2, p.y + y + 30];
    const free = (b) =>
      !taken.some((t) => t[0] < b[2] && t[2] > b[0] && t[1] < b[3] && t[3] > b[1]);
    const steps = [
      [0, 0],
      [0, 14],
      [0, -40],
      [width * 0.8, 0],
      [-width * 0.8, 0],
      [0, 28],
      [width, -20],
      [-width, -20],
      [0, -56],
      [width * 1.3, 10],
      [-width * 1.3, 10],
    ];
    const step = steps.find((s) => free(box(s))) || steps[0];
    taken.push(box(step));
    return [-step[0], -step[1]];
  }

  /* A list of records in a popup: what shares one place, or has none. */
  async function list(live, at, collection, extra, heading = "") {
    const collections =
      collection === "sites" && extra.unlocated ? ["sites", "maisons"] : [collection];
    const answers = await Promise.all(
      collections.map((c) => {
        const query = new URLSearchParams(live.message.filters);
        for (const [key, value] of Object.entries(extra)) query.set(key, value);
        return window.KharitaLive.getJSON(`/api/rows/${c}?${query}&limit=100`);
      }),
    );
    const rows = answers.flatMap((a) => a.rows);
    const items = rows.map((row) =>
      node(
        "li",
        {},
        node(
          "button",
          {
            type: "button",
            dir: "auto",
            className: row.sel === live.message.sel ? "on" : "",
            on: { click: () => live.send({ op: "set", field: "sel", value: row.sel }) },
          },
          mark(row.class, `${row.open ? "" : "hollow"} ${row.demo ? "dashed" : ""}`),
          node(
            "span",
            {},
            node("b", { textContent: row.cells[0].text }),
            node("i", { textContent: row.cells[1].text }),
          ),
        ),
      ),
    );
    const total = answers
      .map((a) => (a.total ? a.text : ""))
      .filter(Boolean)
      .join(" · ");
    const box = node(
      "div",
      { className: "kh-list", dir: live.message.dir },
      node("h2", { textContent: [heading, total].filter(Boolean).join(" · ") }),
      node("ul", {}, ...items),
    );
    L.popup({ maxWidth: 300, minWidth: 240, autoPanPadding: [20, 20] })
      .setLatLng(at)
      .setContent(box)
      .openOn(live._map);
    const first = box.querySelector("button");
    if (first) first.focus({ preventScroll: true });
  }

  window.KharitaControls = { draw, update, failed, offscreen, tag, list };
})();
