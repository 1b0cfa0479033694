import { badge, facts, h, show } from "./dom.js";
import { get, updateMapping } from "./host.js";
import { money, number, t } from "./words.js";

const counts = [["batches", "batches"], ["polled", "messages"], ["succeeded", "succeeded"], ["failed", "failed"], ["filtered", "filtered"],
  ["partial", "partialBatches"], ["throttles", "throttles"], ["emptyReceives", "emptyReceives"]];

export function triggers() {
  const node = h("div", { class: "cards" });
  let busy = false;

  async function toggle(row) {
    try {
      await updateMapping(row.uuid, { Enabled: row.state !== "Enabled" });
    } catch (error) {
      alert(error.message);
    }
    setTimeout(load, 1200);
    load();
  }

  function card(row) {
    const isOn = row.state === "Enabled";
    return h("article", { class: "card trigger" },
      h("header", {}, h("div", {}, h("h2", {}, h("a", { href: `#/queues/${encodeURIComponent(row.queue)}` }, row.queue), " → ", row.function),
        badge(row.state, isOn ? "ok" : "late")),
        h("div", { class: "actions" },
          h("button", { disabled: !["Enabled", "Disabled"].includes(row.state), onclick: () => toggle(row) }, t(isOn ? "disable" : "enable")))),
      row.problem ? h("p", { class: "problem" }, row.problem) : null,
      facts([[t("pollers"), row.pollers !== undefined ? number(row.pollers) : null],
        [t("running"), row.batchesInFlight !== undefined ? number(row.batchesInFlight) : null],
        ...counts.map(([word, name]) => [t(word), row[name] !== undefined ? number(row[name]) : null]),
        [t("cost"), row.requestCost !== undefined ? money(row.requestCost) : null]]),
      row.idleReceivesPerMonth ? h("p", { class: "hint" }, t("idleCost", number(row.idleReceivesPerMonth))) : null);
  }

  async function load() {
    if (busy) return;
    busy = true;
    try {
      const rows = (await get("triggers")).triggers;
      show(node, rows.length === 0 ? h("p", { class: "hollow card" }, t("noTriggers")) : null);
      if (rows.length > 0) node.replaceChildren(...rows.map(card));
    } catch (error) {
      show(node, h("p", { class: "problem" }, error.message));
    }
    busy = false;
  }

  load();
  return { node, changed: load };
}
