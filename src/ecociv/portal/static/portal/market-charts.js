// Charts of a market: depth of the book as steps, and prices by day as candles with the volume below.
import * as echarts from "echarts";

const BID = "#0f6b4c";
const ASK = "#b3261e";
const GREY = "#7b8794";
const FONT = 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';
const drawn = new WeakMap();

const common = () => ({
  animation: false,
  textStyle: { fontFamily: FONT, fontSize: 13, color: "#26313a" },
  legend: { top: 0, left: 0, type: "scroll", itemWidth: 22, textStyle: { fontSize: 12 } },
});
const tip = (formatter) => ({ trigger: "axis", renderMode: "richText", confine: true, formatter });
const two = (value) => (value === null || value === undefined ? "–" : value.toFixed(2));

function depth(payload) {
  const side = (name, color) => ({
    name: payload.words[name],
    type: "line",
    step: "end",
    symbolSize: 6,
    data: payload[name],
    lineStyle: { color, width: 2 },
    itemStyle: { color },
    areaStyle: { color, opacity: 0.12 },
  });
  return {
    ...common(),
    grid: { left: 8, right: 20, top: 62, bottom: 8, containLabel: true },
    tooltip: tip((rows) => [`${two(rows[0].value[0])} ${payload.words.price}`, ...rows.map((row) => `${row.seriesName}: ${row.value[1].toLocaleString()} ${payload.unit}`)].join("\n")),
    xAxis: { type: "value", scale: true, axisLabel: { formatter: two, hideOverlap: true }, splitLine: { show: false } },
    yAxis: { type: "value", name: payload.unit, nameTextStyle: { align: "left" }, splitLine: { lineStyle: { color: "#e6ebe8" } } },
    series: [side("bids", BID), side("asks", ASK)],
  };
}

function days(payload) {
  const words = payload.words;
  return {
    ...common(),
    grid: [
      { left: 56, right: 16, top: 42, height: "52%" },
      { left: 56, right: 16, bottom: 24, height: "16%" },
    ],
    tooltip: tip((rows) => spoken(payload, rows[0].dataIndex).split("; ").join("\n")),
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    xAxis: [
      { type: "category", data: payload.days, axisLabel: { show: false }, axisTick: { show: false } },
      { type: "category", gridIndex: 1, data: payload.days, axisLabel: { hideOverlap: true } },
    ],
    yAxis: [
      { type: "value", scale: true, axisLabel: { formatter: two }, splitLine: { lineStyle: { color: "#e6ebe8" } } },
      { type: "value", gridIndex: 1, splitNumber: 2, axisLabel: { hideOverlap: true }, splitLine: { show: false } },
    ],
    series: [
      {
        name: words.prices,
        type: "candlestick",
        data: payload.values.map((value) => value ?? "-"),
        // A rise is red and filled, a fall green and hollow, as on the exchanges of the country; the shape says it without colour.
        itemStyle: { color: ASK, borderColor: ASK, color0: "#fff", borderColor0: BID },
      },
      { name: words.close, type: "line", data: payload.close, symbol: "none", connectNulls: true, lineStyle: { color: GREY, width: 1.5, type: "dashed" }, itemStyle: { color: GREY } },
      { name: words.volume, type: "bar", xAxisIndex: 1, yAxisIndex: 1, data: payload.volume, itemStyle: { color: "#a9cdbd" } },
    ],
  };
}

function spoken(payload, index) {
  const words = payload.words;
  const value = payload.values[index];
  const prices = value ? [`${words.open} ${two(value[0])}`, `${words.high} ${two(value[3])}`, `${words.low} ${two(value[2])}`] : [];
  return [payload.days[index], ...prices, `${words.close} ${two(payload.close[index])}`, `${words.volume} ${payload.volume[index].toLocaleString()}`].join("; ");
}

function walk(place, chart, payload, announce) {
  let at = payload.days.length;
  place.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || !payload.days.length) return;
    event.preventDefault();
    at = Math.min(Math.max(at + step, 0), payload.days.length - 1);
    chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: at });
    announce(spoken(payload, at));
  });
  place.addEventListener("blur", () => chart.dispatchAction({ type: "hideTip" }));
}

export function draw(place, announce) {
  const text = document.getElementById(place.dataset.marketChart)?.textContent;
  const known = drawn.get(place);
  if (!text || known?.text === text) return;
  const payload = JSON.parse(text);
  const options = payload.days ? days(payload) : depth(payload);
  if (known) {
    known.text = text;
    known.chart.setOption(options, { notMerge: true });
    return;
  }
  const chart = echarts.init(place, null, { renderer: "canvas" });
  chart.setOption(options);
  drawn.set(place, { chart, text });
  new ResizeObserver(() => chart.resize()).observe(place);
  if (payload.days) walk(place, chart, payload, announce);
}
