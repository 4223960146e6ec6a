// From a layer version to sources and layers of MapLibre. Everything comes from this server.

export const GROUND = "#eef2ee";

export function sourceOf(config, version) {
  const path = config.tiles.replace("{key}", version.key).replace("{number}", version.number);
  const source = { type: "vector", tiles: [location.origin + path], minzoom: 0, maxzoom: config.lastZoom };
  if (version.bounds) source.bounds = version.bounds;
  return source;
}

// Borders are drawn from the zoom at which features are some twenty pixels wide on average. Below it they would only double what the
// fill says, at several times its cost.
function firstLines(version) {
  if (version.role === "boundary" || !version.bounds || !version.count) return 0;
  const [west, south, east, north] = version.bounds;
  const degrees = Math.sqrt(((east - west) * (north - south)) / version.count);
  return degrees > 0 ? Math.min(14, Math.max(0, Math.ceil(Math.log2((20 * 360) / (512 * degrees))))) : 0;
}

function colourOf(version) {
  const pairs = version.classes.flatMap((one) => [one.key, one.colour]);
  return pairs.length ? ["match", ["get", "class"], ...pairs, version.colour] : version.colour;
}

export function layersOf(version, opacity, visible) {
  const boundary = version.role === "boundary";
  const layout = { visibility: visible ? "visible" : "none" };
  const common = { source: version.id, "source-layer": "features", layout };
  return [
    { ...common, id: `${version.id} fill`, type: "fill", paint: { "fill-color": colourOf(version), "fill-opacity": boundary ? 0 : opacity, "fill-antialias": false } },
    {
      ...common,
      id: `${version.id} line`,
      type: "line",
      minzoom: firstLines(version),
      // Squares that stand for small features have no border of their own.
      ...(boundary ? {} : { filter: ["!=", ["id"], 0] }),
      paint: {
        "line-color": boundary ? version.colour : colourOf(version),
        "line-opacity": opacity,
        "line-width": boundary ? ["interpolate", ["linear"], ["zoom"], 6, 1, 12, 2.4] : ["interpolate", ["linear"], ["zoom"], 9, 0.2, 13, 1.2],
        ...(boundary ? { "line-dasharray": [4, 1.5] } : {}),
      },
    },
    { ...common, id: `${version.id} found`, type: "line", filter: ["in", ["id"], ["literal", []]], paint: { "line-color": "#111111", "line-width": 3 } },
  ];
}

export function setOpacity(map, version, opacity) {
  if (version.role !== "boundary") map.setPaintProperty(`${version.id} fill`, "fill-opacity", opacity);
  map.setPaintProperty(`${version.id} line`, "line-opacity", opacity);
}

export function styleOf(config, versions, state) {
  const sources = { net: { type: "geojson", data: net(config.bounds) } };
  const layers = [{ id: "ground", type: "background", paint: { "background-color": GROUND } }];
  if (config.ground) layers.push(...groundLayers(config, sources));
  else layers.push({ id: "net", type: "line", source: "net", paint: { "line-color": "#d3dcd6", "line-width": 1 } });
  for (const version of versions) {
    sources[version.id] = sourceOf(config, version);
    layers.push(...layersOf(version, state.opacity[version.key] ?? 0.7, state.visible.has(version.key)));
  }
  return { version: 8, sources, layers };
}

function groundLayers(config, sources) {
  const { tiles, vector, zooms, layers } = config.ground;
  sources.base = { type: vector ? "vector" : "raster", tiles: [location.origin + tiles], minzoom: zooms[0], maxzoom: zooms[1], attribution: config.ground.attribution, ...(vector ? {} : { tileSize: 256 }) };
  if (!vector) return [{ id: "base", type: "raster", source: "base" }];
  return layers.flatMap((name) => [
    { id: `base ${name} fill`, type: "fill", source: "base", "source-layer": name, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": name.includes("water") ? "#c9dfee" : "#e4e9e3", "fill-opacity": 0.6 } },
    { id: `base ${name} line`, type: "line", source: "base", "source-layer": name, filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": name.includes("water") ? "#9cc3dd" : "#b9c2ba", "line-width": 0.8 } },
  ]);
}

// A net of degrees, so that an empty ground still has a measure.
function net([west, south, east, north]) {
  const span = Math.max(east - west, north - south);
  const step = span > 8 ? 2 : span > 3 ? 1 : span > 1 ? 0.25 : 0.1;
  const lines = [];
  const [w, e] = [Math.floor(west / step - 8) * step, Math.ceil(east / step + 8) * step];
  const [s, n] = [Math.max(-84, Math.floor(south / step - 8) * step), Math.min(84, Math.ceil(north / step + 8) * step)];
  for (let x = w; x <= e; x += step) lines.push([[x, s], [x, n]]);
  for (let y = s; y <= n; y += step) lines.push([[w, y], [e, y]]);
  return { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: lines } };
}

export function writeNames(maplibregl, map, places) {
  for (const place of places) {
    const label = document.createElement("span");
    label.className = "map-name";
    label.textContent = place.name;
    label.setAttribute("aria-hidden", "true");
    new maplibregl.Marker({ element: label }).setLngLat(place.at).addTo(map);
  }
}

export function styleSheet(address) {
  return new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = link.onerror = done;
    document.head.append(link);
  });
}
