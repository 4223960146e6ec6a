// The list of layers: on and off, opacity, order, search. The list itself comes from the server.
import { setOpacity } from "ecociv/territory/style";

export function setUpPanel(map, versions, state, config, { changed, announce }) {
  const list = document.getElementById("map-layers");
  const byKey = new Map(versions.map((version) => [version.key, version]));
  const items = new Map([...list.querySelectorAll("[data-layer]")].map((item) => [item.dataset.layer, item]));

  // The list reads from above; drawing goes from below.
  const arrange = () => {
    for (const key of [...state.order].reverse()) if (items.has(key)) list.append(items.get(key));
    for (const key of state.order) {
      for (const part of ["fill", "line", "found"]) {
        const id = `${byKey.get(key).id} ${part}`;
        if (map.getLayer(id)) map.moveLayer(id, map.getLayer("drawing fill") ? "drawing fill" : undefined);
      }
    }
  };

  for (const [key, item] of items) {
    const version = byKey.get(key);
    const box = item.querySelector("input[type=checkbox]");
    const range = item.querySelector("input[type=range]");
    box.checked = state.visible.has(key);
    range.value = String(Math.round(state.opacity[key] * 100));
    box.addEventListener("change", () => {
      if (box.checked) state.visible.add(key);
      else state.visible.delete(key);
      for (const part of ["fill", "line", "found"]) map.setLayoutProperty(`${version.id} ${part}`, "visibility", box.checked ? "visible" : "none");
      changed();
    });
    range.addEventListener("input", () => {
      state.opacity[key] = Number(range.value) / 100;
      setOpacity(map, version, state.opacity[key]);
      changed();
    });
    item.querySelectorAll("[data-move]").forEach((button) => button.addEventListener("click", () => {
      const place = state.order.indexOf(key);
      const other = place + (button.dataset.move === "up" ? 1 : -1);
      if (other < 0 || other >= state.order.length) return;
      [state.order[place], state.order[other]] = [state.order[other], state.order[place]];
      arrange();
      button.focus();
      announce(config.words.moved);
      changed();
    }));
    item.querySelector("[data-zoom]")?.addEventListener("click", () => {
      if (version.bounds) map.fitBounds([version.bounds.slice(0, 2), version.bounds.slice(2)], { padding: 30, animate: false });
    });
  }

  const search = document.getElementById("map-layer-search");
  search?.addEventListener("input", () => {
    const asked = search.value.trim().toLowerCase();
    for (const item of items.values()) item.hidden = Boolean(asked) && !item.textContent.toLowerCase().includes(asked);
  });
  arrange();
}
