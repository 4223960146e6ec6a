// Two versions or two plans, one on each side of a border that moves by pointer and by the arrow keys.
import { GROUND, layersOf, sourceOf } from "ecociv/territory/style";

export function setUpSwipe(maplibregl, map, state, config, { changed }) {
  const versions = new Map(config.history.map((version) => [version.id, version]));
  const sides = ["left", "right"].map((side) => ({ pane: document.getElementById(`map-${side}`), map: null, select: document.getElementById(`map-swipe-${side}`) }));
  const range = document.getElementById("map-swipe-place");
  const bar = document.getElementById("map-swipe-bar");
  const boxes = document.querySelector("[data-swiping]");

  function style(version) {
    return { version: 8, sources: { [version.id]: sourceOf(config, version) }, layers: [{ id: "ground", type: "background", paint: { "background-color": GROUND } }, ...layersOf(version, 0.8, true)] };
  }
  function cut() {
    const share = Number(range.value);
    sides[0].pane.style.clipPath = `inset(0 ${100 - share}% 0 0)`;
    sides[1].pane.style.clipPath = `inset(0 0 0 ${share}%)`;
    bar.style.left = `${share}%`;
  }
  function follow() {
    for (const side of sides) side.map?.jumpTo({ center: map.getCenter(), zoom: map.getZoom() });
  }
  function open() {
    const chosen = sides.map((side) => side.select.value);
    if (!chosen.every((id) => versions.has(id))) return;
    state.swipe = chosen;
    boxes.dataset.swiping = "on";
    sides.forEach((side, number) => {
      side.pane.hidden = false;
      const version = versions.get(chosen[number]);
      if (side.map) side.map.setStyle(style(version));
      else {
        side.map = new maplibregl.Map({ container: side.pane, style: style(version), center: map.getCenter(), zoom: map.getZoom(), interactive: false, attributionControl: false });
        side.map.once("load", () => { side.pane.dataset.ready = ""; });
      }
    });
    range.hidden = bar.hidden = false;
    cut();
    follow();
    map.getContainer().scrollIntoView({ block: "nearest" });
    changed();
  }
  function close() {
    state.swipe = null;
    boxes.dataset.swiping = "off";
    for (const side of sides) { side.pane.hidden = true; side.map?.remove(); side.map = null; delete side.pane.dataset.ready; }
    range.hidden = bar.hidden = true;
    changed();
  }

  range.setAttribute("aria-label", config.words.swipe);
  range.addEventListener("input", cut);
  map.on("move", follow);
  map.on("resize", () => sides.forEach((side) => side.map?.resize()));
  document.getElementById("map-swipe-open").addEventListener("click", open);
  document.getElementById("map-swipe-close").addEventListener("click", close);
  if (state.swipe) {
    sides.forEach((side, number) => { side.select.value = state.swipe[number]; });
    document.getElementById("map-swipe").open = true;
    open();
  }
}
