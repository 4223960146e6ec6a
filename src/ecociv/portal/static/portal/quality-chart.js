// Draws the evidence of quality control: lines with neighbours, limit and the period of the finding; bars with expectation.
import * as echarts from "echarts";

const FONT = 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';
const RED = "#b3261e";
const NEAR = ["#7b8794", "#9aa7b2", "#b3bcc5", "#c5ccd3"];

function text(payload, index) {
  const unit = payload.unit ? ` ${payload.unit}` : "";
  return [payload.labels[index]].concat(payload.series.filter((s) => s.values[index] !== null).map((s) => `${s.name}: ${s.values[index]}${unit}`));
}

function line(series, order, payload) {
  const styles = {
    own: { lineStyle: { color: "#0f6b4c", width: 2 }, itemStyle: { color: "#0f6b4c" }, z: 5 },
    near: { lineStyle: { color: NEAR[order % NEAR.length], width: 1.2 }, itemStyle: { color: NEAR[order % NEAR.length] }, z: 2 },
    level: { lineStyle: { color: "#8a5200", width: 2, type: "dashed" }, itemStyle: { color: "#8a5200" }, z: 6 },
    "doubt-line": { lineStyle: { color: RED, width: 2, type: "dashed" }, itemStyle: { color: RED }, z: 6 },
    doubt: { lineStyle: { width: 0, opacity: 0 }, itemStyle: { color: RED }, symbol: "triangle", z: 7 },
  };
  const shown = { name: series.name, type: "line", data: series.values, showSymbol: series.role === "doubt", symbolSize: 7, connectNulls: false, ...styles[series.role] };
  if (series.role === "own" && payload.limit) {
    shown.markLine = { silent: true, symbol: "none", lineStyle: { color: RED, type: "dashed", width: 1.5 }, label: { formatter: `${payload.limit.name} ${payload.limit.value}`, position: "insideStartTop", color: RED, fontSize: 11 }, data: [{ yAxis: payload.limit.value }] };
  }
  if (series.role === "own" && payload.span) {
    shown.markArea = { silent: true, itemStyle: { color: "rgba(240,165,0,.14)" }, data: [[{ xAxis: payload.span[0] }, { xAxis: payload.span[1] }]] };
  }
  return shown;
}

// Bars of a few named things: every name is written, broken into lines where it is longer than its share of the width.
function names(payload, width) {
  const few = payload.kind === "bars" && payload.labels.length <= 12;
  return few ? { interval: 0, fontSize: 11, width: Math.max((width - 80) / payload.labels.length - 6, 24), overflow: "break" } : { hideOverlap: true, rotate: 0 };
}

function options(payload, width) {
  const narrow = width < 520;
  const bars = payload.kind === "bars";
  // On a phone long names lie beside their bars.
  const lying = bars && narrow && payload.series.some((s) => s.role === "beside");
  const series = payload.series.map((s, order) => {
    if (!bars || s.role === "level") return line(s, order, payload);
    const bar = { name: s.name, type: "bar", data: s.values, itemStyle: s.role === "beside" ? { color: "#c98a2b", decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: "rgba(255,255,255,.55)" } } : { color: "#4f9678" } };
    if (payload.divide) bar.markLine = { silent: true, symbol: "none", lineStyle: { color: RED, type: "dashed" }, label: { formatter: payload.divide.name, color: RED }, data: [{ xAxis: payload.divide.at }] };
    return bar;
  });
  const categories = { type: "category", data: payload.labels, axisTick: { alignWithLabel: true }, axisLabel: lying ? { interval: 0, fontSize: 11, width: 96, overflow: "break" } : names(payload, width), inverse: lying };
  const values = { type: "value", scale: !bars || payload.series[0].values.some((v) => v !== null && v < 0), name: payload.unit, nameTextStyle: { align: lying ? "center" : "left" }, nameLocation: lying ? "middle" : "end", nameGap: lying ? 26 : 15, axisLabel: { hideOverlap: true }, splitLine: { lineStyle: { color: "#e6ebe8" } } };
  return {
    animation: false,
    textStyle: { fontFamily: FONT, fontSize: 13, color: "#26313a" },
    grid: { left: 8, right: narrow ? 12 : 28, top: 62, bottom: payload.labels.length > 200 ? 40 : lying ? 26 : 8, containLabel: true },
    legend: { top: 0, left: 0, type: "scroll", itemWidth: 22, textStyle: { fontSize: 12 } },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, formatter: (rows) => text(payload, (Array.isArray(rows) ? rows[0] : rows).dataIndex).join("\n") },
    dataZoom: payload.labels.length > 200 ? [{ type: "slider", height: 22, bottom: 4 }] : [],
    xAxis: lying ? values : categories,
    yAxis: lying ? categories : values,
    series,
  };
}

function walk(place, chart, payload) {
  let at = -1;
  place.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") chart.dispatchAction({ type: "hideTip" });
    if (step === undefined) return;
    event.preventDefault();
    at = Math.min(Math.max(at + step, 0), payload.labels.length - 1);
    chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: at });
    const announcer = document.getElementById("announcer");
    if (announcer) announcer.textContent = text(payload, at).join("; ");
  });
}

for (const place of document.querySelectorAll("[data-quality-chart]")) {
  const payload = JSON.parse(document.getElementById(place.dataset.qualityChart).textContent);
  const chart = echarts.init(place, null, { renderer: "canvas" });
  chart.setOption(options(payload, place.clientWidth));
  new ResizeObserver(() => {
    chart.resize();
    chart.setOption(options(payload, place.clientWidth), { notMerge: true });
  }).observe(place);
  walk(place, chart, payload);
}
