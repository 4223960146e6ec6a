// Draws a chart from the values in its page, and lets the keyboard walk along its points.
import * as echarts from "echarts";
import { optionsFor, pointsOf } from "ecociv/options";

export function draw(place, announce) {
  const payload = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const options = () => optionsFor(payload, place.clientWidth < 520);
  chart.setOption(options());
  new ResizeObserver(() => {
    chart.resize();
    chart.setOption(options(), { notMerge: true });
  }).observe(place);
  walk(place, chart, payload, announce);
  return chart;
}

function walk(place, chart, payload, announce) {
  const points = pointsOf(payload);
  let at = -1;
  place.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") {
      at = -1;
      chart.dispatchAction({ type: "hideTip" });
      return;
    }
    if (!points.length || (step === undefined && event.key !== "Home" && event.key !== "End")) return;
    event.preventDefault();
    if (event.key === "Home") at = 0;
    else if (event.key === "End") at = points.length - 1;
    else at = Math.min(Math.max(at + step, 0), points.length - 1);
    chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: points[at].index });
    announce(points[at].text);
  });
  place.addEventListener("blur", () => chart.dispatchAction({ type: "hideTip" }));
}
