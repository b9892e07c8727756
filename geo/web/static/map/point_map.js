/* A small map of a few points over our own base map: one may be dragged, others are shown.
   Works without any network, as the large map does. */
import { el } from "../core/dom.js";
import { BOUNDARIES } from "../core/fields.js";

const asset = (path) => new URL(`../${path}`, import.meta.url).href;
const NEAR_ZOOM = 9;
const FAR_ZOOM = 3;
const MOST_ZOOM = 14;
let loading;

/* Leaflet and the base map, once for the page. */
function leaflet() {
  loading ??= new Promise((done, failed) => {
    document.head.append(el("link", { rel: "stylesheet", href: asset("leaflet/leaflet.css") }));
    document.head.append(
      el("script", {
        src: asset("point.js"),
        on: {
          load: done,
          error: () => {
            loading = null;
            failed(new Error("map"));
          },
        },
      }),
    );
  });
  return loading;
}

/* Leaflet measures its frame when it starts: a node that is not laid out yet has no size. */
const shown = (node) =>
  new Promise((done) => {
    const sizes = new ResizeObserver(() => {
      if (node.clientWidth) {
        sizes.disconnect();
        done();
      }
    });
    sizes.observe(node);
  });

/* A map in `node`. `points`: [{ lon_lat, kind: "before" | "after" | "guessed" | "other", name }].
   `onMove`, when given, takes `[lon, lat]` as the reader drags the point that is "after" or presses
   elsewhere on the map; `onDrag` takes a guessed point and where it was dragged. */
export async function pointMap(node, { points, data, label, onMove = null, onDrag = null }) {
  await Promise.all([leaflet(), shown(node)]);
  const L = window.L;
  node.khMap?.remove();
  node.khMap = L.map(node, {
    zoomControl: true,
    attributionControl: false,
    maxZoom: MOST_ZOOM,
    minZoom: 1,
    zoomSnap: 0.5,
    scrollWheelZoom: false,
  });
  const map = node.khMap;
  node.setAttribute("aria-label", label);
  const placed = points.filter((p) => p.lon_lat);
  if (placed.length > 1)
    map.fitBounds(
      placed.map((p) => [p.lon_lat[1], p.lon_lat[0]]),
      { padding: [30, 30], maxZoom: NEAR_ZOOM, animate: false },
    );
  else if (placed.length)
    map.setView([placed[0].lon_lat[1], placed[0].lon_lat[0]], NEAR_ZOOM, { animate: false });
  else map.setView([30, -5], FAR_ZOOM, { animate: false });
  window.KharitaBase.create(map, {
    urls: {
      coarse: asset(`basemap/110m.${BOUNDARIES}.json`),
      fine: asset(`basemap/50m.${BOUNDARIES}.json`),
      morocco: asset(`basemap/morocco.${BOUNDARIES}.json`),
      labels: data.labels,
    },
    dark: document.documentElement.dataset.khTheme === "dark",
    rtl: data.dir === "rtl",
    avoid: () => window.KharitaBase.boxesOf(map, ".kh-pin"),
  });
  const pin = (at, kind, name, draggable) => {
    const marker = L.marker([at[1], at[0]], {
      draggable,
      keyboard: draggable,
      title: name,
      alt: name,
      icon: L.divIcon({ className: `kh-pin ${kind}`, iconSize: [18, 18], iconAnchor: [9, 9] }),
    }).addTo(map);
    if (name)
      marker.bindTooltip(el("span", { dir: "auto", text: name }), {
        direction: "top",
        offset: [0, -8],
      });
    return marker;
  };
  const degrees = (at) => [Number(at.lng.toFixed(6)), Number(at.lat.toFixed(6))];
  let moving = null;
  for (const p of placed) {
    const marker = pin(
      p.lon_lat,
      p.kind,
      p.name,
      p.kind === "after" ? Boolean(onMove) : p.kind === "guessed" && Boolean(onDrag),
    );
    if (p.kind === "after") moving = marker;
    if (p.kind === "guessed")
      marker.on("dragend", () => onDrag?.(p, degrees(marker.getLatLng().wrap())));
  }
  const [from, to] = ["before", "after"].map((kind) => placed.find((p) => p.kind === kind));
  if (from && to)
    L.polyline(
      [from, to].map((p) => [p.lon_lat[1], p.lon_lat[0]]),
      { className: "kh-move", interactive: false },
    ).addTo(map);
  const tell = (at) => onMove(degrees(at));
  if (onMove) {
    moving?.on("dragend", () => tell(moving.getLatLng().wrap()));
    map.on("click", (event) => {
      const at = event.latlng.wrap();
      if (moving) moving.setLatLng(at);
      else {
        moving = pin([at.lng, at.lat], "after", label, true);
        moving.on("dragend", () => tell(moving.getLatLng().wrap()));
      }
      tell(at);
    });
  }
  return {
    move(lonLat) {
      if (lonLat && moving) {
        moving.setLatLng([lonLat[1], lonLat[0]]);
        map.panTo([lonLat[1], lonLat[0]]);
      }
    },
  };
}
