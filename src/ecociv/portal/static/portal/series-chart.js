// Draws one series: values, marked values by reason, absences as shaded stretches, limits, revisions on a click.
import * as echarts from "echarts";

const GREEN = "#0f6b4c";
const MARKS = ["#b3261e", "#8a5200", "#4b3f9e", "#1f4f8f", "#a33d6b"];
const SYMBOLS = ["triangle", "rect", "diamond", "pin", "arrow"];
const FONT = 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';
const two = (n) => String(n).padStart(2, "0");

function moment(millis) {
  // The zone's clock, whatever clock the reader's machine shows.
  const at = new Date(millis + 8 * 3600 * 1000);
  const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  const hour = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  return hour === "00:00" ? day : `${day} ${hour}`;
}

function said(payload, point, reason) {
  const value = point[2] || `${point[1]}`;
  const unit = payload.unit ? ` ${payload.unit}` : "";
  const revised = point[3] > 1 ? `, ${payload.words.revised} (${point[3]})` : "";
  return `${moment(point[0])}: ${value}${unit}${reason ? ` – ${reason}` : ""}${revised}`;
}

const shifted = (points) => points.map((p) => ({ value: [p[0] + 8 * 3600 * 1000, p[1]], point: p, symbol: p[3] > 1 ? "diamond" : undefined, symbolSize: p[3] > 1 ? 10 : undefined }));

function options(payload, narrow) {
  const few = payload.good.length <= 90;
  const series = [
    {
      name: payload.words.good,
      type: payload.steps ? "line" : "line",
      step: payload.steps && payload.good.length > 24 ? false : undefined,
      data: withBreaks(payload),
      showSymbol: few || payload.good.some((p) => p[3] > 1),
      symbol: "circle",
      symbolSize: few ? 7 : 0.1,
      lineStyle: { color: GREEN, width: few ? 2.5 : 1.4 },
      itemStyle: { color: GREEN },
      connectNulls: false,
      markLine: payload.limits.length
        ? {
            silent: true,
            symbol: "none",
            lineStyle: { color: "#8c1d18", type: "dashed", width: 1.5 },
            label: { formatter: (p) => p.name, position: "insideStartTop", color: "#8c1d18", fontSize: 11 },
            data: payload.limits.map((limit) => ({ name: `${limit.name} ${limit.value}`, yAxis: limit.value })),
          }
        : undefined,
      markArea: payload.absent.length
        ? {
            silent: true,
            itemStyle: { color: "rgba(123,135,148,.18)" },
            label: { show: false },
            data: payload.absent.map((a) => [{ name: a[2], xAxis: a[0] + 8 * 3600 * 1000 }, { xAxis: a[1] + 8 * 3600 * 1000 }]),
          }
        : undefined,
    },
    ...payload.marked.map((marked, order) => ({
      name: marked.reason,
      type: "scatter",
      symbol: SYMBOLS[order % SYMBOLS.length],
      symbolSize: 10,
      itemStyle: { color: MARKS[order % MARKS.length] },
      data: shifted(marked.points),
    })),
  ];
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: FONT, fontSize: 13, color: "#26313a" },
    grid: { left: 8, right: narrow ? 14 : 28, top: 62, bottom: 50, containLabel: true },
    legend: { top: 0, left: 0, type: "scroll", itemWidth: 22 },
    tooltip: {
      trigger: "item",
      renderMode: "richText",
      confine: true,
      formatter: (p) => (p.data?.point ? said(payload, p.data.point, p.seriesIndex ? p.seriesName : "") : p.name),
    },
    xAxis: { type: "time", min: payload.start + 8 * 3600 * 1000, max: payload.end + 8 * 3600 * 1000, splitNumber: narrow ? 3 : 8, axisLabel: { hideOverlap: true } },
    yAxis: { type: "value", scale: true, name: payload.unit, nameTextStyle: { align: "left" }, splitLine: { lineStyle: { color: "#e6ebe8" } } },
    dataZoom: [{ type: "slider", height: 22, bottom: 8, showDetail: false }, { type: "inside", zoomOnMouseWheel: "ctrl" }],
    series,
  };
}

// The line does not run on over a stretch without a value.
function withBreaks(payload) {
  const points = shifted(payload.good);
  const breaks = payload.absent.concat(payload.unrecorded).map((a) => ({ value: [(a[0] + a[1]) / 2 + 8 * 3600 * 1000, null] }));
  return points.concat(breaks).sort((a, b) => a.value[0] - b.value[0]);
}

export function draw(place, announce) {
  const payload = JSON.parse(document.getElementById(place.dataset.seriesChart).textContent);
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const redraw = () => chart.setOption(options(payload, place.clientWidth < 520), { notMerge: true });
  redraw();
  new ResizeObserver(() => {
    chart.resize();
    redraw();
  }).observe(place);
  chart.on("click", (event) => {
    if (event.data?.point) show(event.data.point[4]);
  });
  walk(place, chart, payload, announce);
  return chart;
}

function show(key) {
  const address = new URL(location.href);
  address.searchParams.set("point", key);
  window.htmx?.ajax("GET", address.pathname + address.search, { target: "#point", select: "#point", swap: "outerHTML" });
  history.replaceState(null, "", address);
}

function walk(place, chart, payload, announce) {
  const points = payload.good
    .map((p) => [p, ""])
    .concat(payload.marked.flatMap((m) => m.points.map((p) => [p, m.reason])))
    .sort((a, b) => a[0][0] - b[0][0]);
  let at = -1;
  place.addEventListener("keydown", (event) => {
    if (!points.length) return;
    if (event.key === "Enter" && at >= 0) return show(points[at][0][4]);
    const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 24, PageUp: -24 }[event.key];
    if (step === undefined && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    if (event.key === "Home") at = 0;
    else if (event.key === "End") at = points.length - 1;
    else at = Math.min(Math.max(at + step, 0), points.length - 1);
    announce(said(payload, points[at][0], points[at][1]));
  });
}
