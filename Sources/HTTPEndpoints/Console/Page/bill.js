import { shares } from "./charts.js";
import { h, show, whenQuiet } from "./dom.js";
import { get } from "./host.js";
import { bytes, dateTime, money, named, number, quantity, t } from "./words.js";

/** Sums of the bill's lines by who used it, the dearest first. */
function consumers(bill) {
  const sums = new Map();
  for (const line of bill.lines) {
    const name = line.kind === "service" ? t("noQueueNamed", line.name) : `${named(line.kind)} ${line.name}`;
    sums.set(name, (sums.get(name) ?? 0) + Number(line.amount));
  }
  return [...sums].sort(([, left], [, right]) => right - left).slice(0, 12).map(([name, sum]) => [name, sum, money(sum)]);
}

function sums(bill) {
  return h("div", { class: "tiles three" }, ["gross", "credit", "total"].map((name) => {
    const sign = name === "credit" && Number(bill[name]) > 0 ? "−" : "";
    return h("div", { class: `tile ${name}` }, h("span", { class: "label" }, t(name)), h("strong", {}, sign + money(bill[name], 2)));
  }));
}

/** Less than a GB in the unit that fits it. */
function used(value, item, unit) {
  if (item.unit === "GB" && value > 0 && value < 1) return bytes(Math.round(value * 2 ** 30));
  return unit ? [`${quantity(value)} `, h("span", { class: "dim" }, named(item.unit))] : quantity(value);
}

function items(bill) {
  const columns = ["quantity", "free", "gross", "amount"].map((name) => t(name));
  const cells = (item) => [used(item.quantity, item, true), used(item.free, item, false), money(item.gross), money(item.amount)];
  return h("table", { class: "priced" },
    h("thead", {}, h("tr", {}, h("th", {}, t("item")), columns.map((name) => h("th", { class: "num" }, name)))),
    h("tbody", {}, bill.items.map((item) => h("tr", {}, h("td", {}, named(item.item, item.title)),
      cells(item).map((cell, at) => h("td", { class: "num", "data-label": columns[at] }, h("span", {}, cell)))))));
}

function unpriced(lines) {
  if (lines.length === 0) return null;
  return h("p", { class: "hint" }, `${t("unpriced")}: ${lines.map((one) => `${one.item} (${one.name})`).join(", ")}`);
}

export function bill() {
  const rate = h("input", {
    type: "number", min: 1, max: 1000000, inputmode: "numeric", placeholder: "50", "data-key": "filter", oninput: () => later(),
  });
  const now = h("div"), month = h("div", { class: "stack" }), prices = h("p", { class: "place" });
  const problem = h("p", { class: "problem", hidden: true });
  const node = h("div", { class: "bill" }, problem, now,
    h("section", { class: "card" }, h("div", { class: "head" }, h("h2", {}, t("projection")),
      h("label", { class: "inline" }, h("span", {}, t("rateOf")), rate)), month), prices);

  async function load() {
    try {
      const isGiven = rate.value !== "" && rate.validity.valid;
      const answer = await get(`bill${isGiven ? `?rate=${Math.round(Number(rate.value))}` : ""}`);
      problem.hidden = true;
      show(now, answer.bill.items.length === 0 ? h("p", { class: "hollow card" }, t("noBill")) : [
        sums(answer.bill),
        h("section", { class: "card" }, h("div", { class: "head" }, h("h2", {}, t("where"))), shares(consumers(answer.bill))),
        h("section", { class: "card" }, h("div", { class: "head" }, h("h2", {}, t("priced"))), items(answer.bill),
          unpriced(answer.bill.unpriced))]);
      show(month, answer.month === null ? h("p", { class: "hollow" }, t("noBill")) : [
        h("p", { class: "dim" }, `${t("month")}, ${isGiven ? t("atRate", number(Math.round(Number(rate.value)))) : t("measuredPace")}`),
        sums(answer.month), shares(consumers(answer.month))]);
      show(prices, h("span", {}, t("pricesOf", answer.bill.region, answer.bill.pricesOf)), h("span", {}, `${t("since")} ${dateTime(answer.since)}`));
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  }

  const later = whenQuiet(200, load);
  load();
  return { node, changed: later };
}
