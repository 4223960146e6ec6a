// Keeps the page of a market up to date: by server-sent events, and where none are to be had by asking every few seconds.
import { announce } from "ecociv/portal";

const ASK_EVERY = 5000;
const live = document.getElementById("market-live");
const state = document.getElementById("market-state");
let asking = 0;

function say(kind) {
  if (!state) return;
  for (const word of state.querySelectorAll("[data-kind]")) word.hidden = word.dataset.kind !== kind;
}

function drawCharts() {
  const places = document.querySelectorAll("[data-market-chart]");
  if (!places.length) return;
  import("ecociv/market-charts")
    .then((charts) => places.forEach((place) => charts.draw(place, announce)))
    .catch((error) => {
      for (const place of places) {
        place.classList.add("chart-failed");
        place.textContent = place.getAttribute("aria-label");
      }
      throw error;
    });
}

function changed() {
  drawCharts();
  window.htmx?.trigger(document.body, "market-changed");
}

function ask() {
  if (asking) return;
  say("asking");
  asking = window.setInterval(() => {
    if (!document.hidden) window.htmx.trigger(live, "market-ask");
  }, ASK_EVERY);
}

function listen() {
  const source = new EventSource(live.dataset.stream);
  source.addEventListener("open", () => {
    window.clearInterval(asking);
    asking = 0;
    say("live");
  });
  source.addEventListener("market", (event) => {
    window.htmx.swap(live, JSON.parse(event.data).html, { swapStyle: "innerHTML" });
    changed();
  });
  source.addEventListener("error", () => {
    // Refused for good (all places taken): ask instead. Broken off: the browser connects again by itself.
    if (source.readyState === EventSource.CLOSED) ask();
    else say("waiting");
  });
  window.addEventListener("pagehide", () => source.close());
}

if (live) {
  drawCharts();
  live.addEventListener("htmx:afterSettle", (event) => {
    if (event.target === live && asking) changed();
  });
  const begin = () => ("EventSource" in window ? listen() : ask());
  if (window.htmx) begin();
  else window.addEventListener("load", begin);
}
