// Draws places on a plain ground with a net of degrees, and the boundaries of counties where the zone has a layer.
// No map of another server is ever asked for.
import * as maplibregl from "maplibre-gl";

const COLOURS = { station: "#0f6b4c", section: "#1f4f8f", "water-source": "#2a8f9d", county: "#8a5200", enterprise: "#4b3f9e", area: "#5c7a1f", outfall: "#b3261e" };

function net(bounds) {
  const [[west, south], [east, north]] = bounds;
  const span = Math.max(east - west, north - south);
  const step = span > 8 ? 2 : span > 3 ? 1 : span > 1 ? 0.5 : span > 0.3 ? 0.1 : 0.05;
  const lines = [];
  const from = (v) => Math.floor(v / step) * step - 40 * step;
  for (let x = from(west); x <= east + 40 * step; x += step) lines.push([[x, from(south)], [x, north + 40 * step]]);
  for (let y = from(south); y <= north + 40 * step; y += step) lines.push([[from(west), y], [east + 40 * step, y]]);
  return { type: "Feature", geometry: { type: "MultiLineString", coordinates: lines }, properties: {} };
}

function boundsOf(features) {
  const xs = features.map((f) => f.geometry.coordinates[0]);
  const ys = features.map((f) => f.geometry.coordinates[1]);
  const pad = 0.02;
  return [[Math.min(...xs) - pad, Math.min(...ys) - pad], [Math.max(...xs) + pad, Math.max(...ys) + pad]];
}

function styleSheet(address) {
  return new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = link.onerror = done;
    document.head.append(link);
  });
}

export async function draw(place) {
  const data = JSON.parse(document.getElementById(place.dataset.map).textContent);
  if (!data.features.length) return null;
  await styleSheet(place.dataset.style);
  maplibregl.setWorkerUrl(new URL(place.dataset.worker, location.href).href);
  const bounds = boundsOf(data.features);
  const sources = {
    net: { type: "geojson", data: net(bounds) },
    places: { type: "geojson", data },
  };
  const layers = [
    { id: "ground", type: "background", paint: { "background-color": "#f2f6f4" } },
    { id: "net", type: "line", source: "net", paint: { "line-color": "#d3dfd9", "line-width": 1 } },
  ];
  if (place.dataset.boundaries) {
    sources.counties = { type: "geojson", data: new URL(place.dataset.boundaries, location.href).href };
    layers.splice(1, 0, { id: "counties", type: "fill", source: "counties", paint: { "fill-color": "#e3ede8" } });
    layers.push({ id: "borders", type: "line", source: "counties", paint: { "line-color": "#7d988b", "line-width": 1.3 } });
  }
  const colour = ["match", ["get", "kind"], ...Object.entries(COLOURS).flat(), "#54616d"];
  layers.push({
    id: "places",
    type: "circle",
    source: "places",
    paint: { "circle-radius": 7, "circle-color": ["coalesce", ["get", "colour"], colour], "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 },
  });
  const map = new maplibregl.Map({
    container: place,
    style: { version: 8, sources, layers },
    bounds,
    fitBoundsOptions: { padding: 40, maxZoom: 12 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    cooperativeGestures: false,
  });
  map.scrollZoom.disable();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }));
  map.addControl(new maplibregl.ScaleControl());
  map.on("click", "places", (event) => popup(map, event.features[0]));
  map.on("mouseenter", "places", () => { map.getCanvas().classList.add("over-place"); });
  map.on("mouseleave", "places", () => { map.getCanvas().classList.remove("over-place"); });
  map.on("load", () => { place.dataset.ready = ""; });
  return map;
}

// Names and values are put in as text: they come from files that others wrote.
function popup(map, feature) {
  const box = document.createElement("div");
  const link = document.createElement("a");
  link.href = feature.properties.url;
  link.textContent = feature.properties.name;
  box.append(link);
  for (const line of JSON.parse(feature.properties.lines ?? "[]")) {
    const row = document.createElement("div");
    row.textContent = line;
    box.append(row);
  }
  new maplibregl.Popup({ maxWidth: "20rem" }).setLngLat(feature.geometry.coordinates).setDOMContent(box).addTo(map);
}
