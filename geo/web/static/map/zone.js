/* A zone drawn on the map: a box to drag, a shape corner by corner, or what the map shows. */
(() => {
  "use strict";
  const PLAN = window.KharitaPalette.plan;

  class Zone {
    constructor(locate) {
      this.locate = locate;
      this.layer = L.layerGroup().addTo(locate.map);
      locate.map.on("mousedown", (event) => this.boxFrom(event));
      locate.map.on("mousemove", (event) => this.boxTo(event.latlng));
      locate.map.on("mouseup", (event) => this.boxEnd(event.latlng));
      document.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && this.drawing) this.draw(null);
      });
    }

    /* Whether a click is a part of the drawing, and no place. */
    takes(latlng) {
      if (this.drawing === "shape") this.corner(latlng);
      return Boolean(this.drawing || this.justDrawn);
    }

    follow(zone) {
      if (!this.drawing) this.paint(zone);
    }

    buttons(words, dir) {
      const make = (name, path, act) => {
        const button = document.createElement("button");
        Object.assign(button, {
          type: "button",
          title: words[`ui.zone.${name}`],
          className: "kh-zone-tool",
        });
        button.setAttribute("aria-label", words[`ui.zone.${name}`]);
        const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
        svg.setAttribute("viewBox", "0 0 16 16");
        svg.setAttribute("aria-hidden", "true");
        const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
        line.setAttribute("d", path);
        svg.append(line);
        button.append(svg);
        button.addEventListener("click", act);
        return button;
      };
      this.tools = {
        box: make("box", "M2.5 4h11v8h-11z", () =>
          this.draw(this.drawing === "box" ? null : "box"),
        ),
        shape: make("shape", "M3 6l5-3.500 5 4-2 5.500H4.500z", () =>
          this.drawing === "shape" ? this.close() : this.draw("shape"),
        ),
        shown: make("shown", "M2 5V2h3M11 2h3v3M14 11v3h-3M5 14H2v-3M5.5 5.500h5v5h-5z", () =>
          this.take(),
        ),
        clear: make("clear", "M4 4l8 8M12 4l-8 8", () => {
          this.draw(null);
          this.locate.page.go({ op: "set", field: "zone", value: "" });
        }),
      };
      this.zoneWords = words;
      this.bar = document.createElement("div");
      this.bar.className = "kh-zone-bar";
      this.bar.dir = dir;
      this.hint = document.createElement("span");
      this.hint.setAttribute("role", "status");
      this.bar.append(...Object.values(this.tools), this.hint);
      this.tools.clear.hidden = !this.locate.page?.view.zone;
      return this.bar;
    }

    draw(mode) {
      this.drawing = mode;
      this.corners = [];
      this.locate.map.dragging[mode === "box" ? "disable" : "enable"]();
      this.locate.map.doubleClickZoom[mode ? "disable" : "enable"]();
      for (const [name, button] of Object.entries(this.tools))
        button.setAttribute("aria-pressed", String(name === mode));
      this.hint.textContent = mode ? this.zoneWords[`ui.zone.${mode}_hint`] : "";
      this.paint(this.locate.page.view.zone);
    }

    boxFrom({ latlng }) {
      if (this.drawing === "box") this.corners = [latlng];
    }

    boxTo(latlng) {
      if (this.drawing === "box" && this.corners.length === 1)
        this.outline(L.latLngBounds(this.corners[0], latlng));
    }

    boxEnd(latlng) {
      if (this.drawing !== "box" || this.corners.length !== 1) return;
      const b = L.latLngBounds(this.corners[0], latlng);
      if (
        this.locate.map
          .latLngToContainerPoint(b.getNorthWest())
          .distanceTo(this.locate.map.latLngToContainerPoint(b.getSouthEast())) < 8
      ) {
        this.corners = [];
        return;
      }
      this.finish([b.getSouthWest(), b.getSouthEast(), b.getNorthEast(), b.getNorthWest()]);
    }

    corner(latlng) {
      const [first] = this.corners;
      const near = (a) =>
        this.locate.map
          .latLngToContainerPoint(a)
          .distanceTo(this.locate.map.latLngToContainerPoint(latlng)) < 12;
      if (this.corners.length >= 3 && near(first)) {
        this.close();
        return;
      }
      if (this.corners.length < 40) this.corners.push(latlng);
      this.layer.clearLayers();
      this.stroke(L.polyline(this.corners));
      for (const at of this.corners)
        L.circleMarker(at, {
          renderer: this.locate.ringCanvas,
          pane: "khRings",
          interactive: false,
          radius: 4,
          weight: 2,
          color: PLAN,
          fillColor: "#fff",
          fillOpacity: 1,
        }).addTo(this.layer);
    }

    close() {
      if (this.corners.length >= 3) this.finish(this.corners);
      else this.draw(null);
    }

    finish(corners) {
      const zone = corners.map(({ lat, lng }) => `${+lng.toFixed(4)},${+lat.toFixed(4)}`).join(";");
      this.justDrawn = true; // the click that ends a box is no place
      setTimeout(() => {
        this.justDrawn = false;
      }, 50);
      this.locate.kept = true;
      this.drawing = null;
      this.locate.page.go({ op: "set", field: "zone", value: zone });
      this.draw(null);
    }

    /* What the map shows, a little inside its edges: the way of who draws nothing, by the arrows, +
       and -. */
    take() {
      this.draw(null);
      const b = this.locate.map.getBounds().pad(-0.04);
      this.finish(
        [b.getSouthWest(), b.getSouthEast(), b.getNorthEast(), b.getNorthWest()].map((at) =>
          L.latLng(Math.max(-85, Math.min(85, at.lat)), Math.max(-180, Math.min(180, at.lng))),
        ),
      );
    }

    outline(bounds) {
      this.layer.clearLayers();
      this.stroke(L.rectangle(bounds));
    }

    stroke(layer) {
      Object.assign(layer.options, {
        renderer: this.locate.ringCanvas,
        pane: "khRings",
        interactive: false,
        color: this.locate.dark ? "#C9A3EE" : PLAN,
        weight: 2,
        fillOpacity: 0.07,
      });
      layer.addTo(this.layer);
    }

    paint(zone) {
      this.layer.clearLayers();
      if (this.tools) this.tools.clear.hidden = !zone;
      if (zone)
        this.stroke(L.polygon(zone.split(";").map((p) => p.split(",").map(Number).reverse())));
    }
  }

  window.KharitaZone = Zone;
})();
