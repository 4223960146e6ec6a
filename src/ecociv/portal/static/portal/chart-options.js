// From the values of a page to the options of ECharts. Tooltips are drawn in the canvas ("richText"): the page's
// security policy forbids inline styles.
const GREEN = "#0f6b4c";
const GREY = "#7b8794";
const FONT = 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';

const withUnit = (value, unit) => (value === null || value === undefined ? "–" : `${value}${unit ? ` ${unit}` : ""}`);

export function pointsOf(payload) {
  if (payload.kind === "path") {
    return payload.years.map((year, index) => ({
      index,
      text: [String(year)]
        .concat(payload.series.filter((s) => s.values[index] !== null).map((s) => `${s.name}: ${withUnit(s.values[index], payload.unit)}`))
        .join("; "),
    }));
  }
  if (payload.kind === "intervals") return payload.texts.map((text, index) => ({ index, text }));
  return payload.names.map((name, index) => ({
    index,
    text: [name].concat(payload.series.map((s) => `${s.name}: ${withUnit(s.values[index], payload.unit)}`)).join("; "),
  }));
}

function base(payload, narrow) {
  return {
    animation: false,
    textStyle: { fontFamily: FONT, fontSize: 13, color: "#26313a" },
    grid: { left: 8, right: narrow ? 12 : 28, top: 58, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, type: "scroll", itemWidth: 22, textStyle: { fontSize: 12 } },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      axisPointer: { type: payload.kind === "path" ? "line" : "shadow" },
      formatter: (rows) => {
        const first = Array.isArray(rows) ? rows[0] : rows;
        return pointsOf(payload)[first.dataIndex].text.split("; ").join("\n");
      },
    },
  };
}

const STYLES = {
  path: { lineStyle: { color: GREY, width: 2, type: "dashed" }, itemStyle: { color: GREY }, symbol: "none", z: 2 },
  milestone: { lineStyle: { width: 0, opacity: 0 }, itemStyle: { color: "#fff", borderColor: "#37424c", borderWidth: 2 }, symbol: "diamond", symbolSize: 14, z: 4 },
  baseline: { lineStyle: { width: 0, opacity: 0 }, itemStyle: { color: GREY }, symbol: "rect", symbolSize: 11, z: 4 },
  forecast: { lineStyle: { color: GREEN, width: 2, type: "dashed" }, itemStyle: { color: GREEN }, symbol: "none", z: 3 },
  interval: { lineStyle: { color: "#4fa982", width: 1.5, type: "dotted" }, itemStyle: { color: "#4fa982" }, symbol: "none", z: 2 },
  wide: { lineStyle: { color: "#b4c4bc", width: 1.5, type: "dotted" }, itemStyle: { color: "#b4c4bc" }, symbol: "none", z: 1 },
  actual: { lineStyle: { color: GREEN, width: 3 }, itemStyle: { color: GREEN }, symbol: "circle", symbolSize: 9, z: 5 },
};
const PARTS = ["#0f6b4c", "#2a8f9d", "#c77f0a", "#4b3f9e", "#a33d6b", "#54616d"];

function line(series, order) {
  const style = structuredClone(STYLES[series.role] ?? STYLES.actual);
  if (series.part !== undefined && series.part !== null) {
    const colour = PARTS[series.part % PARTS.length];
    style.itemStyle = { ...style.itemStyle, color: series.role === "milestone" ? "#fff" : colour, borderColor: colour };
    if (style.lineStyle.color) style.lineStyle.color = colour;
  }
  return {
    name: series.name,
    type: "line",
    data: series.values,
    connectNulls: series.role === "path",
    showSymbol: style.symbol !== "none",
    label: series.role === "milestone" || series.role === "baseline" ? { show: order < 12, position: "top", fontSize: 11, formatter: (p) => series.labels?.[p.dataIndex] ?? p.value } : undefined,
    ...style,
  };
}

// With several parts a legend of every line would fill pages: one entry for each part is enough, the colours say the rest.
function legendOf(payload) {
  if (payload.series.every((s) => s.part === null || s.part === undefined)) return payload.series.map((s) => s.name);
  const role = payload.series.some((s) => s.role === "actual") ? "actual" : "milestone";
  return payload.series.filter((s) => s.role === role).map((s) => s.name);
}

function path(payload, narrow) {
  const common = base(payload, narrow);
  return {
    ...common,
    legend: { ...common.legend, data: legendOf(payload) },
    xAxis: { type: "category", data: payload.years.map(String), boundaryGap: true, axisTick: { alignWithLabel: true } },
    yAxis: { type: "value", scale: true, name: payload.unit, nameTextStyle: { align: "left" }, splitLine: { lineStyle: { color: "#e6ebe8" } } },
    series: payload.series.map(line),
  };
}

// Parts of a stacked bar, told apart in lightness too, so that they hold in grey and for the colour-blind.
const STACKED = ["#12684b", "#a9cdbd", "#c0392b", "#2f6fb0", "#8a1f5c"];

function bars(payload, narrow) {
  const many = payload.names.length > (narrow ? 5 : 12);
  const shared = base(payload, narrow);
  return {
    ...shared,
    // Names of places are drawn a little wider than they are measured: without this room their first sign is cut off.
    // The figure at the end of the longest bar needs room beside it.
    grid: { ...shared.grid, left: 24, right: many || payload.stacked ? shared.grid.right : 56 },
    xAxis: { type: "value", splitLine: { lineStyle: { color: "#e6ebe8" } } },
    yAxis: { type: "category", inverse: true, data: payload.names, axisLabel: { width: narrow ? 90 : 160, overflow: "truncate" } },
    series: payload.series.map((series, order) => ({
      name: series.name,
      type: "bar",
      stack: payload.stacked ? "all" : undefined,
      data: series.values.map((value, at) => (payload.own === null || payload.own === undefined || at === payload.own ? value : { value, itemStyle: { color: "#a9cdbd" } })),
      itemStyle: { color: payload.stacked ? STACKED[order % STACKED.length] : order === 0 ? GREEN : "#a9cdbd" },
      label: { show: !many && !payload.stacked, position: "right", formatter: (p) => (typeof p.value === "number" ? p.value.toLocaleString("en-US") : p.value) },
    })),
  };
}

// Years side by side, a column for each set of terms: patterns tell them apart where colours do not.
const PATTERNS = [undefined, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: "rgba(255,255,255,.55)" }, { symbol: "circle", symbolSize: 0.6, color: "rgba(255,255,255,.6)" }, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 3], color: "rgba(255,255,255,.5)" }];

function columns(payload, narrow) {
  const shared = base(payload, narrow);
  return {
    ...shared,
    xAxis: { type: "category", data: payload.names, axisTick: { alignWithLabel: true }, axisLine: { onZero: true }, axisLabel: { hideOverlap: true } },
    yAxis: { type: "value", name: payload.unit, nameTextStyle: { align: "left" }, splitLine: { lineStyle: { color: "#e6ebe8" } } },
    series: payload.series.map((series, order) => ({ name: series.name, type: "bar", barMaxWidth: 36, data: series.values, itemStyle: { color: PARTS[order % PARTS.length], decal: PATTERNS[order % PATTERNS.length] } })),
  };
}

// The attributed part of a change: a bar from the one end of its interval to the other with a mark at the value. Shapes
// differ as well as colours: circles for the area, hollow diamonds for its peers, a bar for what is attributed.
const SIDES = { good: "#12684b", bad: "#b3261e", even: "#54616d" };

function interval(payload, params, api) {
  const line = payload.lines[params.dataIndex];
  const place = api.value(3);
  const [from, middle, to] = [line.low, line.attributed, line.high].map((value) => api.coord([value, place]));
  const fill = SIDES[line.side];
  const y = from[1] + Math.min(9, api.size([0, 1])[1] * 0.2);
  return {
    type: "group",
    children: [
      { type: "rect", shape: { x: from[0], y: y - 4, width: Math.max(to[0] - from[0], 1), height: 8 }, style: { fill, opacity: 0.4 } },
      { type: "rect", shape: { x: middle[0] - 2, y: y - 8, width: 4, height: 16 }, style: { fill } },
    ],
  };
}

function intervals(payload, narrow) {
  const shared = base(payload, narrow);
  const { words, lines } = payload;
  return {
    ...shared,
    grid: { ...shared.grid, left: 24, top: narrow ? 84 : 58, right: narrow ? 20 : 40 },
    legend: { ...shared.legend, type: "plain" },
    xAxis: { type: "value", axisLabel: { formatter: "{value} %", hideOverlap: true }, splitLine: { lineStyle: { color: "#e6ebe8" } } },
    yAxis: { type: "category", inverse: true, data: payload.names, axisTick: { show: false }, axisLabel: { width: narrow ? 92 : 200, overflow: "break", interval: 0 }, axisLine: { onZero: false }, splitLine: { show: true, lineStyle: { color: "#eef2f0" } } },
    series: [
      { name: words.change, type: "scatter", symbol: "circle", symbolSize: 11, symbolOffset: [0, -7], itemStyle: { color: "#1c4f8a" }, z: 5, data: lines.map((line, at) => [line.change, at]),
        markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: "#37424c", type: "solid", width: 1 }, data: [{ xAxis: 0 }] } },
      { name: words.peers, type: "scatter", symbol: "diamond", symbolSize: 10, symbolOffset: [0, -7], itemStyle: { color: "#fff", borderColor: "#7b8794", borderWidth: 1.5 }, z: 4, data: lines.flatMap((line, at) => line.peers.map((value) => [value, at])) },
      { name: words.attributed, type: "custom", itemStyle: { color: SIDES.even }, z: 3, encode: { x: [0, 1, 2], y: 3 }, data: lines.map((line, at) => [line.low, line.attributed, line.high, at]), renderItem: (params, api) => interval(payload, params, api) },
    ],
    tooltip: {
      ...shared.tooltip,
      trigger: "axis",
      axisPointer: { type: "shadow", axis: "y" },
      formatter: (rows) => payload.texts[(Array.isArray(rows) ? rows : [rows]).find((row) => row.seriesIndex !== 1).dataIndex].split("; ").join("\n"),
    },
  };
}

export function optionsFor(payload, narrow) {
  if (payload.kind === "intervals") return intervals(payload, narrow);
  if (payload.kind === "columns") return columns(payload, narrow);
  return payload.kind === "path" ? path(payload, narrow) : bars(payload, narrow);
}
