// What lies under a point: by click, or by I or Enter for the middle of the map.

export function setUpIdentify(map, versions, state, config, { busy, announce }) {
  const place = document.getElementById("map-found");
  const words = config.words;
  const byKey = new Map(versions.map((version) => [version.key, version]));
  let asked = 0;

  async function look(point) {
    const number = ++asked;
    const query = new URLSearchParams(location.search);
    const keys = state.order.filter((key) => state.visible.has(key));
    query.set("at", `${point.lng.toFixed(7)},${point.lat.toFixed(7)}`);
    query.set("layers", keys.join(",") || "-");
    let found;
    try {
      const answer = await fetch(`${config.urls.identify}?${query}`);
      found = await answer.json();
      if (!answer.ok) throw new Error(found.error);
    } catch (error) {
      if (number === asked) place.textContent = error.message || words.failed;
      return;
    }
    if (number !== asked) return;
    mark(found.features);
    place.replaceChildren(...told(found));
    place.closest("details").open = true;
    announce(found.features.length ? `${found.features.length} ${words.found}: ${found.features.map((one) => `${one.title} ${one.class}`).join("; ")}` : words.nothing);
  }

  function mark(features) {
    for (const version of versions) {
      const ids = features.filter((one) => one.layer === version.key).map((one) => one.fid);
      map.setFilter(`${version.id} found`, ["in", ["id"], ["literal", ids]]);
    }
  }

  function told({ at, features }) {
    const heading = element("p", "map-found-at", `${at[0].toFixed(5)}° E, ${at[1].toFixed(5)}° N`);
    if (!features.length) return [heading, element("p", "", words.nothing)];
    return [heading, ...features.map((one) => {
      const card = element("article", "map-found-one");
      const title = element("h3", "");
      const swatch = document.createElement("span");
      swatch.className = "map-swatch";
      swatch.style.backgroundColor = one.colour;
      title.append(swatch, `${one.title}: ${one.class}`);
      if (one.sample) title.append(" ", element("span", "sample-mark", words.sample));
      const facts = element("dl", "map-facts");
      const square = Number(one.area);
      const rows = [
        ["", one.name],
        [words.area, `${one.area} m² (${(square / 10000).toFixed(2)} ${words.hectare})`],
        [words.version, one.version],
        [words.valid, one.to ? `${one.from} – ${one.to}` : one.from],
        [words.identity, one.identity],
        ...Object.entries(one.attributes).filter(([name]) => name !== "示例"),
      ];
      for (const [name, value] of rows) if (value) facts.append(element("dt", "", name), element("dd", "", value));
      const link = element("a", "", byKey.get(one.layer)?.kind ?? one.layer);
      link.href = `${config.urls.table}?${new URLSearchParams({ layers: one.layer, window: `${at[0] - 0.001},${at[1] - 0.001},${at[0] + 0.001},${at[1] + 0.001}`, ...kept() })}`;
      card.append(title, facts, link);
      return card;
    })];
  }

  function kept() {
    const query = new URLSearchParams(location.search);
    return Object.fromEntries(["on", "as_of"].filter((name) => query.get(name)).map((name) => [name, query.get(name)]));
  }

  map.on("click", (event) => { if (!busy()) look(event.lngLat); });
  map.getCanvas().addEventListener("keydown", (event) => {
    if (busy() || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    if (event.key === "i" || event.key === "I" || event.key === "Enter") { event.preventDefault(); look(map.getCenter()); }
  });
}

function element(name, style, text) {
  const made = document.createElement(name);
  if (style) made.className = style;
  if (text) made.textContent = text;
  return made;
}
