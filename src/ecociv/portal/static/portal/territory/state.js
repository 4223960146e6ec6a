// What the reader sees, as it stands in the address: layers in drawing order with opacity, place, swipe.
// The address is the permalink: ?on=&as_of=&layers=key:80,key:100&at=zoom/latitude/longitude&swipe=key:1~key:2

export function readState(config) {
  const query = new URLSearchParams(location.search);
  const known = new Map(config.layers.map((layer) => [layer.key, layer]));
  const order = config.layers.map((layer) => layer.key);
  const opacity = Object.fromEntries(order.map((key) => [key, 0.7]));
  let visible = config.atFirst.filter((key) => known.has(key));
  if (query.has("layers")) {
    visible = [];
    for (const part of query.get("layers").split(",")) {
      const [key, share] = part.split(":");
      if (!known.has(key) || visible.includes(key)) continue;
      visible.push(key);
      const asked = Number.parseInt(share ?? "70", 10);
      if (Number.isFinite(asked)) opacity[key] = Math.min(100, Math.max(0, asked)) / 100;
    }
    // The shown ones stand in the order of the address, at the places that they take together.
    const places = order.map((key, place) => (visible.includes(key) ? place : -1)).filter((place) => place >= 0);
    visible.forEach((key, number) => { order[places[number]] = key; });
  }
  const versions = new Map(config.history.map((version) => [version.id, version]));
  const pair = (query.get("swipe") ?? "").split("~");
  const swipe = pair.length === 2 && pair.every((id) => versions.has(id)) ? pair : null;
  return { order, opacity, visible: new Set(visible), swipe, at: readPlace(query.get("at")) };
}

export function readPlace(text) {
  const parts = (text ?? "").split("/").map(Number);
  if (parts.length !== 3 || !parts.every(Number.isFinite)) return null;
  const [zoom, latitude, longitude] = parts;
  return Math.abs(latitude) <= 85 && Math.abs(longitude) <= 180 ? { zoom, center: [longitude, latitude] } : null;
}

export function layersText(state) {
  return state.order.filter((key) => state.visible.has(key)).map((key) => `${key}:${Math.round(state.opacity[key] * 100)}`).join(",");
}

export function writeState(state, map) {
  const query = new URLSearchParams(location.search);
  query.set("layers", layersText(state));
  const middle = map.getCenter();
  query.set("at", `${map.getZoom().toFixed(2)}/${middle.lat.toFixed(5)}/${middle.lng.toFixed(5)}`);
  if (state.swipe) query.set("swipe", state.swipe.join("~"));
  else query.delete("swipe");
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%7E", "~");
  history.replaceState(null, "", `${location.pathname}?${text}`);
  return text;
}
