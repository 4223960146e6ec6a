// The map of layers: sets up the map and its parts, and keeps the address in step with what is seen.
import * as maplibregl from "maplibre-gl";
import { layersText, readState, writeState } from "ecociv/territory/state";
import { styleOf, styleSheet, writeNames } from "ecociv/territory/style";
import { setUpPanel } from "ecociv/territory/panel";
import { setUpDrawing } from "ecociv/territory/draw";
import { setUpIdentify } from "ecociv/territory/identify";
import { setUpSwipe } from "ecociv/territory/swipe";

const place = document.getElementById("territory-map");
const config = JSON.parse(document.getElementById("map-config").textContent);
const announcer = document.getElementById("announcer");
const announce = (text) => { announcer.textContent = text; };

async function start() {
  await styleSheet(config.style);
  maplibregl.setWorkerUrl(new URL(config.worker, location.href).href);
  // Tiles are taken apart beside the page: on two threads where the machine has cores to spare, instead of one.
  maplibregl.setWorkerCount((navigator.hardwareConcurrency ?? 1) >= 4 ? 2 : 1);
  const state = readState(config);
  const byKey = new Map(config.layers.map((layer) => [layer.key, layer]));
  const versions = state.order.map((key) => byKey.get(key));
  const [west, south, east, north] = config.bounds;
  const map = new maplibregl.Map({
    container: place,
    style: styleOf(config, versions, state),
    ...(state.at ?? { bounds: [[west, south], [east, north]], fitBoundsOptions: { padding: 24 } }),
    maxZoom: 19,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    // The tile of a version never changes: what is shown is not asked for again.
    refreshExpiredTiles: false,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.getCanvas().setAttribute("aria-label", place.dataset.label);
  map.getCanvas().setAttribute("aria-describedby", "map-keys");
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 140 }), "bottom-left");
  map.on("error", (event) => { if (event.error?.status !== 404) console.info(event.error?.message ?? event); });
  await new Promise((done) => { map.once("load", done); });

  const links = document.querySelectorAll("[data-keeps-map]");
  function changed() {
    const text = writeState(state, map);
    const box = map.getBounds();
    const window_ = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((part) => part.toFixed(5)).join(",");
    for (const link of links) {
      const query = new URLSearchParams(text);
      if (link.dataset.keepsMap === "window") query.set("window", window_);
      link.href = `${link.href.split("?")[0]}?${query}`;
    }
    place.dataset.layers = layersText(state);
  }
  // Another day keeps layers, place and comparison as they are now.
  document.querySelectorAll(".map-days form").forEach((form) => form.addEventListener("submit", () => {
    changed();
    const query = new URLSearchParams(location.search);
    for (const name of ["layers", "at", "swipe"]) {
      const field = form.elements[name] ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
      field.value = query.get(name) ?? "";
      field.disabled = !field.value;
    }
  }));
  const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"];
  const drawing = setUpDrawing(map, config, { announce, token });
  setUpPanel(map, versions, state, config, { changed, announce });
  setUpIdentify(map, versions, state, config, { busy: drawing.busy, announce });
  setUpSwipe(maplibregl, map, state, config, { changed });
  writeNames(maplibregl, map, config.places);
  map.on("moveend", changed);
  map.on("mousemove", (event) => { document.getElementById("map-position").textContent = `${event.lngLat.lng.toFixed(5)}° E, ${event.lngLat.lat.toFixed(5)}° N`; });
  map.on("move", () => {
    const middle = map.getCenter();
    document.getElementById("map-position").textContent = `${middle.lng.toFixed(5)}° E, ${middle.lat.toFixed(5)}° N`;
  });
  document.getElementById("map-link")?.addEventListener("click", async () => {
    changed();
    try { await navigator.clipboard.writeText(location.href); announce(config.words.copied); } catch { announce(location.href); }
  });
  document.getElementById("map-go")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const [x, y] = event.target.elements.place.value.split(/[,，\s]+/).map(Number);
    if (Math.abs(x) <= 180 && Math.abs(y) <= 85) map.jumpTo({ center: [x, y], zoom: Math.max(map.getZoom(), 13) });
  });
  changed();
  map.once("idle", () => { place.dataset.ready = ""; });
  place.territoryMap = map;
}

if (place) {
  start().catch((error) => {
    place.textContent = config.words.noMap;
    console.warn(error.message);
  });
}
