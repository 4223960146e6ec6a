// What the evidence pages do beyond links and forms: maps, charts of series, fields that belong to one choice.
import { announce } from "ecociv/portal";

function drawMaps(root) {
  for (const place of root.querySelectorAll?.("[data-map]:not([data-drawn])") ?? []) {
    place.dataset.drawn = "";
    import("ecociv/map")
      .then((maps) => maps.draw(place))
      .catch(() => {
        place.classList.add("map-failed");
        place.textContent = place.dataset.failed;
      });
  }
}

function drawSeries(root) {
  for (const place of root.querySelectorAll?.("[data-series-chart]:not([data-drawn])") ?? []) {
    place.dataset.drawn = "";
    import("ecociv/series-chart")
      .then((charts) => charts.draw(place, announce))
      .catch((error) => {
        place.classList.add("chart-failed");
        place.textContent = place.getAttribute("aria-label");
        throw error;
      });
  }
}

function fieldsOfChoice() {
  for (const part of document.querySelectorAll("[data-only-for]")) {
    const choice = part.closest("form")?.querySelector("select");
    const show = () => {
      part.hidden = !part.dataset.onlyFor.split(" ").includes(choice.value);
    };
    choice?.addEventListener("change", show);
    if (choice) show();
  }
}

// A long file takes its time: the button says that it was taken, and cannot be pressed twice.
document.addEventListener("submit", (event) => {
  const said = event.target.dataset?.working;
  if (!said) return;
  const button = event.submitter;
  const place = event.target.querySelector("[data-working-place]");
  if (place) {
    place.textContent = said;
    announce(said);
  }
  setTimeout(() => button?.setAttribute("disabled", ""));
});

document.addEventListener("htmx:afterSettle", (event) => {
  drawMaps(event.target);
  drawSeries(event.target);
});
drawMaps(document);
drawSeries(document);
fieldsOfChoice();
