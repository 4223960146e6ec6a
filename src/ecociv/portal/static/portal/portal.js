// What pages do beyond links and forms: print, say what changed, draw charts when they come into view.

const announcer = () => document.getElementById("announcer");

export function announce(text) {
  const place = announcer();
  if (place) place.textContent = text;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A step that cannot be taken back asks first, in the words that its form carries.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset?.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A filter that changed swaps the results; a screen reader hears how many there are.
document.addEventListener("htmx:afterSettle", (event) => {
  const results = event.target.closest?.("#results") ?? document.getElementById("results");
  const said = results?.querySelector("[data-announce]")?.dataset.announce;
  if (said) announce(said);
  nameCells(event.target);
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

// A wide table of figures becomes cards on a phone: each cell is told the name of its column. Without scripts it scrolls.
function nameCells(root) {
  for (const table of root.querySelectorAll?.("table.heads-on-phone:not(.cards-on-phone)") ?? []) {
    const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    for (const row of table.querySelectorAll("tbody tr, tfoot tr")) {
      for (const cell of row.cells) if (cell.tagName === "TD") cell.dataset.label = heads[cell.cellIndex] ?? "";
    }
    table.classList.add("cards-on-phone");
  }
}
nameCells(document);

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
