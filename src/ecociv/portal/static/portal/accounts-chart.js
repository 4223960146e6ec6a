// Draws the charts of the accounts: a heat map of land that changed its class, and the flows of water between units.
import * as echarts from "echarts";

const FONT = 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';
const SHADES = ["#fdf1dc", "#fbe0b3", "#f6c57f", "#eda24d", "#c9661d"];
const FLOWS = ["#2f6fb0", "#0f6b4c", "#2a8f9d", "#c77f0a", "#4b3f9e", "#a33d6b", "#54616d", "#8a5200", "#7b8794"];

const words = (value, unit) => `${value.toLocaleString("en-US")} ${unit}`;

function heat(payload, narrow) {
  const most = Math.max(1, ...payload.moves.map((move) => move[2]));
  return {
    grid: { left: 8, right: 16, top: 12, bottom: 8, containLabel: true },
    tooltip: { renderMode: "richText", confine: true, formatter: (point) => lineOf(payload, point.dataIndex) },
    xAxis: { type: "category", data: payload.names, axisLabel: { rotate: narrow ? 60 : 25, width: 110, overflow: "truncate", interval: 0 }, splitArea: { show: true } },
    yAxis: { type: "category", inverse: true, data: payload.names, axisLabel: { width: narrow ? 72 : 160, overflow: "truncate", interval: 0 }, splitArea: { show: true } },
    visualMap: { min: 0, max: most, show: false, inRange: { color: SHADES } },
    series: [{ type: "heatmap", data: payload.moves, label: { show: !narrow, fontSize: 11 }, itemStyle: { borderColor: "#fff", borderWidth: 1 } }],
  };
}

function flow(payload, narrow) {
  return {
    tooltip: { renderMode: "richText", confine: true, formatter: (point) => (point.dataType === "edge" ? lineOf(payload, point.dataIndex) : `${point.name}: ${words(point.value, payload.unit)}`) },
    series: [{
      type: "sankey", left: 4, right: narrow ? 84 : 150, top: 12, bottom: 12, nodeAlign: "justify", nodeGap: 14, layoutIterations: 64,
      data: payload.nodes.map((name, order) => ({ name, itemStyle: { color: FLOWS[order % FLOWS.length] } })),
      links: payload.links, lineStyle: { color: "source", opacity: 0.32, curveness: 0.5 },
      label: { fontFamily: FONT, fontSize: narrow ? 11 : 13, width: narrow ? 80 : 145, overflow: "break" },
    }],
  };
}

function lineOf(payload, index) {
  if (payload.kind === "flow") {
    const link = payload.links[index];
    return `${link.source} → ${link.target}: ${words(link.value, payload.unit)}`;
  }
  const [to, from, value] = payload.moves[index];
  return `${payload.names[from]} → ${payload.names[to]}: ${words(value, payload.unit)}`;
}

function options(payload, narrow) {
  return { animation: false, textStyle: { fontFamily: FONT, fontSize: 12, color: "#26313a" }, ...(payload.kind === "flow" ? flow(payload, narrow) : heat(payload, narrow)) };
}

function walk(place, chart, payload) {
  const count = (payload.kind === "flow" ? payload.links : payload.moves).length;
  let at = -1;
  place.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") chart.dispatchAction({ type: "hideTip" });
    if (step === undefined || !count) return;
    event.preventDefault();
    at = Math.min(Math.max(at + step, 0), count - 1);
    if (payload.kind !== "flow") chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: at });
    const announcer = document.getElementById("announcer");
    if (announcer) announcer.textContent = lineOf(payload, at);
  });
}

for (const place of document.querySelectorAll("[data-accounts-chart]")) {
  const payload = JSON.parse(document.getElementById(place.dataset.accountsChart).textContent);
  const chart = echarts.init(place, null, { renderer: "canvas" });
  chart.setOption(options(payload, place.clientWidth < 520));
  new ResizeObserver(() => {
    chart.resize();
    chart.setOption(options(payload, place.clientWidth < 520), { notMerge: true });
  }).observe(place);
  walk(place, chart, payload);
}
