// What pages do beyond links and forms: print, say what changed, draw charts when they come into view.

const announcer = () => document.getElementById("announcer");

export function announce(text) {
  const place = announcer();
  if (place) place.textContent = text;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A filter that changed swaps the results; a screen reader hears how many there are.
document.addEventListener("htmx:afterSettle", (event) => {
  const results = event.target.closest?.("#results") ?? document.getElementById("results");
  const said = results?.querySelector("[data-announce]")?.dataset.announce;
  if (said) announce(said);
  drawCharts(event.target);
});

// A request that failed says so beside the results, and what to do.
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    const notice = document.getElementById("load-failed");
    if (notice) {
      notice.hidden = false;
      announce(notice.textContent);
    }
  });
}
document.addEventListener("htmx:beforeRequest", () => {
  const notice = document.getElementById("load-failed");
  if (notice) notice.hidden = true;
});

// The chart library is large: it is fetched only when a chart is about to be seen.
function drawCharts(root) {
  const places = [...(root.querySelectorAll?.("[data-chart]:not([data-drawn])") ?? [])];
  if (!places.length) return;
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        watcher.unobserve(entry.target);
        import("ecociv/charts")
          .then((charts) => charts.draw(entry.target, announce))
          .catch((error) => {
            entry.target.classList.add("chart-failed");
            entry.target.textContent = entry.target.getAttribute("aria-label");
            throw error;
          });
      }
    },
    { rootMargin: "300px" },
  );
  for (const place of places) {
    place.dataset.drawn = "";
    watcher.observe(place);
  }
}

drawCharts(document);
