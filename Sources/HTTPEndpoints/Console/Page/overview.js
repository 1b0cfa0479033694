import { activity, legend } from "./charts.js";
import { h, show } from "./dom.js";
import { get } from "./host.js";
import { invocationCells } from "./functions.js";
import { address } from "./queues.js";
import { dateTime, milliseconds, money, number, t } from "./words.js";

function tile(label, value, note, kind) {
  return h("div", { class: `tile ${kind ?? ""}` }, h("span", { class: "label" }, label), h("strong", {}, value), h("span", { class: "note" }, note ?? ""));
}

export function overview() {
  const tiles = h("div", { class: "tiles" });
  const chart = h("div", { class: "card chartcard" });
  const latest = h("div", { class: "card" });
  const held = h("div", { class: "card" });
  const place = h("p", { class: "place" });
  const problem = h("p", { class: "problem", hidden: true });
  const node = h("div", { class: "overview" }, problem, tiles, chart, h("div", { class: "two" }, latest, held), place);
  let state = null, skew = 0, busy = false, again = false;

  function draw() {
    if (!state) return;
    const { invocations, durations, environments, cost } = state;
    const now = Date.now() + skew;
    const minute = state.series.filter(([second]) => second > now / 1000 - 60);
    const perMinute = minute.reduce((sum, [, all]) => sum + all, 0);
    const throttled = invocations.throttles > 0 ? `, ${t("throttled", number(invocations.throttles))}` : "";
    const share = invocations.total > 0 ? (invocations.errors / invocations.total) * 100 : 0;
    show(tiles,
      tile(t("rate"), number(perMinute), t("perMinute")),
      tile(t("errors"), number(invocations.errors), `${t("ofAll", `${number(Math.round(share * 10) / 10)} %`)}${throttled}`, invocations.errors > 0 ? "bad" : ""),
      tile(t("p50"), durations ? milliseconds(durations.p50) : "–", t("duration")),
      tile(t("p99"), durations ? milliseconds(durations.p99) : "–", t("duration")),
      tile(t("running"), number(invocations.running), t("environments", environments.all, environments.free)),
      tile(t("costSoFar"), money(cost.gross, 2), t("atListPrice")));
    const good = state.series.reduce((sum, [, all, errors]) => sum + all - errors, 0);
    const bad = state.series.reduce((sum, [, , errors]) => sum + errors, 0);
    show(chart, h("div", { class: "head" }, h("h2", {}, t("lastMinutes")),
      legend([["good", t("succeeded"), good], ["bad", t("failed"), bad]])), activity(state.series, now, state.seriesSeconds));
    show(place, h("span", {}, `${t("since")} ${dateTime(state.startedAt)}`), h("span", {}, state.region),
      h("code", {}, state.gateway), h("code", {}, `AWS_ENDPOINT_URL=${state.aws}`));
  }

  async function load() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      const [first, second, third] = await Promise.all([get("overview"), get("invocations?limit=8"), get("queues")]);
      state = first;
      skew = state.now - Date.now();
      problem.hidden = true;
      draw();
      show(latest, h("div", { class: "head" }, h("h2", {}, t("recent")), h("a", { href: "#/functions" }, t("seeAll"))),
        second.invocations.length === 0
          ? h("p", { class: "hollow" }, h("b", {}, t("nothingYet")), " ", t("tryThis"))
          : h("div", { class: "rows" }, second.invocations.map((row) =>
            h("a", { class: "row", href: `#/functions/${encodeURIComponent(row.requestId)}` }, invocationCells(row)))));
      show(held, h("div", { class: "head" }, h("h2", {}, t("queues")), h("a", { href: "#/queues" }, t("seeAll"))),
        third.queues.length === 0 ? h("p", { class: "hollow" }, t("noQueues"))
          : h("table", {}, h("thead", {}, h("tr", {}, h("th", {}, t("queue")), h("th", { class: "num" }, t("visible")),
            h("th", { class: "num" }, t("inFlight")), h("th", { class: "num" }, t("delayed")))),
            h("tbody", {}, third.queues.slice(0, 8).map((queue) => h("tr", {},
              h("td", {}, h("a", { href: address(queue, third.region) }, queue.name)),
              h("td", { class: "num" }, number(queue.visible)), h("td", { class: "num" }, number(queue.inFlight)),
              h("td", { class: "num" }, number(queue.delayed)))))));
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    busy = false;
    if (again) {
      again = false;
      load();
    }
  }

  load();
  return { node, changed: load, tick: draw };
}
