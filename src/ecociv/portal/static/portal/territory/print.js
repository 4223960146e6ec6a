// The sheet: a map whose scale on paper is exactly 1 to n at its middle, with its scale bar.
import * as maplibregl from "maplibre-gl";
import { readState } from "ecociv/territory/state";
import { styleOf, styleSheet, writeNames } from "ecociv/territory/style";

const place = document.getElementById("sheet-map");
const config = JSON.parse(document.getElementById("map-config").textContent);
const CIRCUMFERENCE = 40075016.686;
const METRES_PER_PIXEL = 0.0254 / 96;

export function zoomOf(scale, latitude) {
  const ground = scale * METRES_PER_PIXEL;
  return Math.log2((CIRCUMFERENCE * Math.cos((latitude * Math.PI) / 180)) / (512 * ground));
}

export function scaleOf(zoom, latitude) {
  return (CIRCUMFERENCE * Math.cos((latitude * Math.PI) / 180)) / (512 * 2 ** zoom) / METRES_PER_PIXEL;
}

// The longest of 1, 2, 5 times a power of ten that fits into so many millimetres of paper.
function barOf(scale, most) {
  const longest = (most / 1000) * scale;
  const power = 10 ** Math.floor(Math.log10(longest));
  const metres = [5, 2, 1].map((n) => n * power).find((length) => length <= longest) ?? power;
  return { metres, millimetres: (metres / scale) * 1000 };
}

async function start() {
  await styleSheet(config.style);
  maplibregl.setWorkerUrl(new URL(config.worker, location.href).href);
  const state = readState(config);
  const byKey = new Map(config.layers.map((layer) => [layer.key, layer]));
  const versions = state.order.map((key) => byKey.get(key)).filter((version) => state.visible.has(version.key));
  const [west, south, east, north] = config.bounds;
  const middle = state.at?.center ?? [(west + east) / 2, (south + north) / 2];
  const { scale } = config.sheet;
  const map = new maplibregl.Map({
    container: place,
    style: styleOf(config, versions, state),
    ...(scale ? { center: middle, zoom: zoomOf(scale, middle[1]) } : state.at ?? { bounds: [[west, south], [east, north]], fitBoundsOptions: { padding: 12 } }),
    maxZoom: 22,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    scrollZoom: false,
    doubleClickZoom: false,
    fadeDuration: 0,
    pixelRatio: Math.max(2, window.devicePixelRatio),
    canvasContextAttributes: { preserveDrawingBuffer: true },
  });
  // Moved with the pointer the sheet keeps its scale at the new middle.
  const settle = () => {
    const latitude = map.getCenter().lat;
    if (scale) map.setZoom(zoomOf(scale, latitude));
    const shown = scale || scaleOf(map.getZoom(), latitude);
    document.getElementById("sheet-scale").textContent = `1 : ${Math.round(shown).toLocaleString("en")}`;
    const bar = barOf(shown, 60);
    const line = document.getElementById("sheet-bar");
    line.style.width = `${bar.millimetres}mm`;
    line.dataset.metres = String(bar.metres);
    document.getElementById("sheet-bar-length").textContent = bar.metres >= 1000 ? `${bar.metres / 1000} km` : `${bar.metres} m`;
  };
  map.on("dragend", settle);
  await new Promise((done) => { map.once("load", done); });
  settle();
  writeNames(maplibregl, map, config.places);
  document.querySelectorAll("[data-legend]").forEach((part) => { part.hidden = !state.visible.has(part.dataset.legend); });
  map.once("idle", () => { place.dataset.ready = ""; });
  place.territoryMap = map;
}

document.getElementById("sheet-print")?.addEventListener("click", () => window.print());
start().catch((error) => {
  place.textContent = config.words.noMap;
  console.warn(error.message);
});
