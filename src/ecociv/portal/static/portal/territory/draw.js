// Drawing a line, a polygon or a rectangle by pointer, by keyboard or by typing coordinates; every change is measured
// by the server on the ellipsoid and can be taken back.

const EMPTY = { type: "FeatureCollection", features: [] };

export function setUpDrawing(map, config, { announce, token }) {
  const words = config.words;
  const state = { mode: "", points: [], done: false, past: [] };
  const readout = document.getElementById("map-measured");
  const site = document.getElementById("map-site");
  const field = document.getElementById("map-coordinates");
  let asked = 0;
  let dragged = -1;

  map.addSource("drawing", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "drawing fill", type: "fill", source: "drawing", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#1a1a1a", "fill-opacity": 0.12 } });
  map.addLayer({ id: "drawing line", type: "line", source: "drawing", paint: { "line-color": "#1a1a1a", "line-width": 2.5, "line-dasharray": [3, 1] } });
  map.addLayer({ id: "drawing points", type: "circle", source: "drawing", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 6, "circle-color": "#ffffff", "circle-stroke-color": "#1a1a1a", "circle-stroke-width": 2 } });

  const area = () => state.mode === "polygon" || state.mode === "rectangle";
  const shape = () => {
    const p = state.points;
    if (state.mode === "rectangle" && p.length === 2) {
      const [[a, b], [c, d]] = p;
      return { type: "Polygon", coordinates: [[[a, b], [c, b], [c, d], [a, d], [a, b]]] };
    }
    if (state.mode === "polygon" && p.length > 2) return { type: "Polygon", coordinates: [[...p, p[0]]] };
    return p.length > 1 ? { type: "LineString", coordinates: p } : null;
  };

  function show() {
    const geometry = shape();
    const features = state.points.map((point, number) => ({ type: "Feature", properties: { number }, geometry: { type: "Point", coordinates: point } }));
    if (geometry) features.unshift({ type: "Feature", properties: {}, geometry });
    map.getSource("drawing").setData({ type: "FeatureCollection", features });
    const polygon = geometry?.type === "Polygon" && state.done;
    site.hidden = !polygon;
    if (polygon) site.querySelector("[name=geometry]").value = JSON.stringify(geometry);
    if (document.activeElement !== field) field.value = state.points.map((point) => point.map((part) => part.toFixed(6)).join(", ")).join("\n");
    readout.closest("[data-drawing]").dataset.drawing = state.mode ? (state.done ? "done" : "open") : "none";
    measure(geometry);
  }

  async function measure(geometry) {
    const number = ++asked;
    if (!geometry) { readout.textContent = state.mode ? `${state.points.length} ${words.point}` : ""; return; }
    await new Promise((wait) => setTimeout(wait, 120));
    if (number !== asked) return;
    try {
      const answer = await fetch(config.urls.measure, { method: "POST", headers: { "X-CSRFToken": token, "Content-Type": "application/json" }, body: JSON.stringify(geometry) });
      const found = await answer.json();
      if (number !== asked) return;
      readout.textContent = answer.ok ? told(found) : found.error;
    } catch {
      if (number === asked) readout.textContent = words.failed;
    }
  }

  function told({ length, area: square }) {
    const metres = length >= 10000 ? `${(length / 1000).toFixed(3)} km` : `${length.toFixed(1)} m`;
    if (square === null) return `${words.length} ${metres}`;
    const hectares = (square / 10000).toFixed(4);
    return `${words.area} ${square.toFixed(1)} m² = ${hectares} ${words.hectare} = ${(square * 3 / 2000).toFixed(2)} ${words.mu}; ${words.perimeter} ${metres}`;
  }

  function keep() { state.past.push(JSON.stringify([state.points, state.done])); if (state.past.length > 200) state.past.shift(); }
  function add(point) {
    if (!state.mode || state.done) return;
    keep();
    state.points = [...state.points, point];
    if (state.mode === "rectangle" && state.points.length === 2) finish();
    else show();
  }
  function finish() {
    if (!state.mode || state.points.length < (state.mode === "polygon" ? 3 : 2)) return;
    state.done = true;
    map.getCanvas().classList.remove("drawing");
    announce(words.finished);
    show();
  }
  function undo() {
    const before = state.past.pop();
    if (!before) return;
    [state.points, state.done] = JSON.parse(before);
    show();
  }
  function begin(mode) {
    Object.assign(state, { mode, points: [], done: false, past: [] });
    map.getCanvas().classList.toggle("drawing", Boolean(mode));
    document.querySelectorAll("[data-draw]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.draw === mode)));
    document.getElementById("map-hint").textContent = mode ? (mode === "rectangle" ? words.rectangle : words.started) : "";
    if (mode) { announce(mode === "rectangle" ? words.rectangle : words.started); map.getContainer().scrollIntoView({ block: "nearest" }); map.getCanvas().focus({ preventScroll: true }); } else announce(words.cleared);
    show();
  }

  document.querySelectorAll("[data-draw]").forEach((button) => button.addEventListener("click", () => begin(button.dataset.draw)));
  document.getElementById("map-undo").addEventListener("click", undo);
  document.getElementById("map-finish").addEventListener("click", finish);
  document.getElementById("map-clear").addEventListener("click", () => begin(""));
  document.getElementById("map-apply").addEventListener("click", () => {
    const points = field.value.trim().split("\n").map((line) => line.split(/[,;，；\s]+/).filter(Boolean).map(Number));
    if (points.length < 2 || !points.every((p) => p.length === 2 && p.every(Number.isFinite) && Math.abs(p[0]) <= 180 && Math.abs(p[1]) <= 85)) {
      document.getElementById("map-hint").textContent = words.coordinates;
      announce(words.coordinates);
      return;
    }
    const closed = points.length > 3 && points[0].join() === points.at(-1).join();
    begin(points.length > 2 ? "polygon" : "line");
    state.points = closed ? points.slice(0, -1) : points;
    finish();
    const xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
    map.fitBounds([[Math.min(...xs), Math.min(...ys)], [Math.max(...xs), Math.max(...ys)]], { padding: 80, maxZoom: 15, animate: false });
  });

  map.on("click", (event) => add([event.lngLat.lng, event.lngLat.lat]));
  map.on("dblclick", (event) => { if (state.mode && !state.done) { event.preventDefault(); state.points = state.points.slice(0, -1); finish(); } });
  map.on("mousedown", "drawing points", grab);
  map.on("touchstart", "drawing points", (event) => { if (event.points.length === 1) grab(event); });
  function grab(event) {
    if (!state.done || state.mode === "rectangle") return;
    event.preventDefault();
    dragged = event.features[0].properties.number;
    keep();
    const move = (moved) => { state.points = state.points.map((p, n) => (n === dragged ? [moved.lngLat.lng, moved.lngLat.lat] : p)); show(); };
    map.on("mousemove", move);
    map.on("touchmove", move);
    const drop = () => { map.off("mousemove", move); map.off("touchmove", move); dragged = -1; };
    map.once("mouseup", drop);
    map.once("touchend", drop);
  }
  map.getCanvas().addEventListener("keydown", (event) => {
    if (!state.mode) return;
    const middle = map.getCenter();
    const acts = { Enter: () => add([middle.lng, middle.lat]), f: finish, F: finish, u: undo, U: undo, Escape: () => begin("") };
    const act = event.ctrlKey || event.metaKey ? (event.key === "z" ? undo : null) : acts[event.key];
    if (act) { event.preventDefault(); event.stopPropagation(); act(); }
  });
  show();
  return { busy: () => Boolean(state.mode) && !state.done, drawingArea: area };
}
