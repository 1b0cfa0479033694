// Small charts as SVG. Widths are those of the view box: the page scales them.
import { svg, h } from "./dom.js";
import { milliseconds, number, shortTime, t } from "./words.js";

/** A chart over the time that it covers and the most that it shows. */
function scaled(chart, from, most) {
  return h("div", { class: "scaled" }, chart, h("div", { class: "scale" }, h("span", {}, from), h("span", {}, most), h("span", {}, t("now"))));
}

/** Invocations over the last `seconds`, in columns of five seconds; `rows` are [second, all, errors, coldStarts]. */
export function activity(rows, now, seconds) {
  const step = 5, count = seconds / step, width = 600, height = 96;
  const end = Math.floor(now / 1000 / step) * step + step;
  const columns = Array.from({ length: count }, () => [0, 0]);
  for (const [second, all, errors] of rows) {
    const place = count - Math.ceil((end - second) / step);
    if (place < 0 || place >= count) continue;
    columns[place][0] += all;
    columns[place][1] += errors;
  }
  const most = Math.max(4, ...columns.map(([all]) => all));
  const each = width / count;
  const bars = columns.flatMap(([all, errors], place) => {
    const x = place * each + 1, full = (all / most) * (height - 4), bad = (errors / most) * (height - 4);
    return [
      all > errors && svg("rect", { class: "good", x, y: height - full, width: each - 2, height: full - bad, rx: 1 }),
      errors > 0 && svg("rect", { class: "bad", x, y: height - bad, width: each - 2, height: bad, rx: 1 }),
    ].filter(Boolean);
  });
  const peak = Math.max(...columns.map(([all]) => all));
  const chart = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": t("lastMinutes") },
    svg("line", { class: "axis", x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5 }), bars);
  return scaled(chart, t("ago", seconds / 60), peak > 0 ? t("peakIn", number(peak), step) : "");
}

/** A stepped area of points [milliseconds, value…]; each point holds until the next. */
export function depth(points, now) {
  const width = 600, height = 110;
  if (points.length === 0) return svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}` });
  const start = Math.min(points[0][0], now - 60000), span = Math.max(now - start, 1);
  const peak = Math.max(...points.map((point) => point[1] + point[2] + point[3])), most = Math.max(1, peak);
  const x = (time) => ((time - start) / span) * width;
  const y = (value) => height - 1 - (value / most) * (height - 6);
  const area = (of) => {
    let path = `M${x(points[0][0]).toFixed(1)} ${height - 1}`, last = height - 1;
    for (const point of points) {
      const at = x(point[0]).toFixed(1);
      path += ` L${at} ${last.toFixed(1)}`;
      last = y(of(point));
      path += ` L${at} ${last.toFixed(1)}`;
    }
    return `${path} L${width} ${last.toFixed(1)} L${width} ${height - 1} Z`;
  };
  const layers = [["delayed", (p) => p[1] + p[2] + p[3]], ["flying", (p) => p[1] + p[2]], ["visible", (p) => p[1]]];
  const chart = svg("svg", { class: "chart depth", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": t("depth") },
    svg("line", { class: "axis", x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5 }),
    layers.map(([name, of]) => svg("path", { class: name, d: area(of) })));
  return scaled(chart, shortTime(start), peak > 0 ? t("peak", number(peak)) : "");
}

/** Where an invocation's time went. */
export function waterfall(row) {
  const parts = [["queue", t("waiting"), row.queueMs], ["init", t("init"), row.initDurationMs ?? 0], ["run", t("run"), row.durationMs]]
    .filter(([kind, , value]) => value > 0.005 || kind === "run");
  const all = parts.reduce((sum, [, , value]) => sum + value, 0) || 1;
  let start = 0;
  return h("div", { class: "waterfall" }, parts.map(([kind, label, value]) => {
    const bar = svg("svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "rail", x: 0, y: 0, width: 100, height: 10, rx: 1 }),
      svg("rect", { class: kind, x: (start / all) * 100, y: 0, width: Math.max((value / all) * 100, 0.6), height: 10, rx: 1 }));
    start += value;
    return h("div", { class: "step" }, h("span", { class: "name" }, label), bar, h("span", { class: "value" }, milliseconds(value)));
  }));
}

/** Horizontal bars, the longest first: [name, value, text]. */
export function shares(rows) {
  const most = Math.max(...rows.map(([, value]) => value), 1e-30);
  return h("div", { class: "shares" }, rows.map(([name, value, text]) => h("div", { class: "share" },
    h("span", { class: "name" }, name),
    svg("svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "rail", x: 0, y: 0, width: 100, height: 10, rx: 1 }),
      svg("rect", { class: "run", x: 0, y: 0, width: Math.max((value / most) * 100, 0.6), height: 10, rx: 1 })),
    h("span", { class: "value" }, text))));
}

export function legend(entries) {
  return h("div", { class: "legend" }, entries.map(([kind, label, value]) =>
    h("span", {}, h("i", { class: `swatch ${kind}` }), label, value === undefined ? null : h("b", {}, ` ${number(value)}`))));
}
