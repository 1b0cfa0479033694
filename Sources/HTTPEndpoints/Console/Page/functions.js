import { waterfall } from "./charts.js";
import { badge, code, facts, h, pretty, reveal, section, show } from "./dom.js";
import { get, invoke } from "./host.js";
import { virtualList } from "./list.js";
import { bytes, dateTime, milliseconds, money, named, number, t, time } from "./words.js";

const statusKind = { success: "ok", error: "bad", timeout: "late" };

export function invocationCells(row) {
  return [
    h("i", { class: `dot ${statusKind[row.status] ?? ""}`, title: t(row.status) }),
    h("span", { class: "time" }, time(row.startedAt)),
    h("span", { class: "name" }, row.functionName, row.coldStart ? h("span", { class: "cold", title: t("coldStart") }, "❄") : null),
    h("span", { class: "source" }, named(row.source)),
    h("span", { class: "num" }, milliseconds(row.durationMs)),
    h("span", { class: "num cost" }, money(row.cost.total)),
  ];
}

/** What was kept of a body; of a streamed one that is its size. */
export function body(kept, label) {
  if (kept.bytes > 0 && kept.text === "") return h("p", { class: "dim" }, t("streamed", bytes(kept.bytes)));
  return [
    code(kept.text !== undefined ? pretty(kept.text) : kept.base64, label),
    kept.truncated ? h("p", { class: "hint" }, t("truncated", bytes(kept.bytes))) : null,
  ];
}

export function functions(rest) {
  const chosenFunction = h("select", { "data-key": "filter", onchange: () => list.restart() }, h("option", { value: "" }, t("anyFunction")));
  const chosenStatus = h("select", { "aria-label": t("status"), onchange: () => list.restart() }, h("option", { value: "" }, t("anyStatus")),
    ["success", "error", "timeout"].map((status) => h("option", { value: status }, t(status))));
  const target = h("select", { "aria-label": t("function"), onchange: () => restoreEvent() });
  const event = h("textarea", { "data-key": "event", spellcheck: "false", rows: 4, "aria-label": t("event"), onkeydown: sendByKey });
  const button = h("button", { class: "primary", onclick: () => run() }, t("invoke"));
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const detail = h("article", { class: "detail card" }, h("p", { class: "hollow" }, t("chooseOne")));
  let known = [], missing = null;
  chosenFunction.setAttribute("aria-label", t("function"));

  const list = virtualList({
    label: t("recent"), key: (row) => row.requestId, row: invocationCells,
    fetchPage: async (offset, limit, through) => {
      const query = new URLSearchParams({ offset, limit });
      if (chosenFunction.value) query.set("function", chosenFunction.value);
      if (chosenStatus.value) query.set("status", chosenStatus.value);
      if (through !== undefined) query.set("through", through);
      const answer = await get(`invocations?${query}`);
      return { total: answer.total, last: answer.last, rows: answer.invocations };
    },
    open: (id) => { location.hash = `#/functions/${encodeURIComponent(id)}`; },
  });

  const composer = h("form", { class: "card composer", onsubmit: (submit) => { submit.preventDefault(); run(); } },
    h("div", { class: "bar" }, target, button), event, problem);
  const node = h("div", { class: "split" },
    h("div", { class: "side" }, composer, h("div", { class: "card listcard" },
      h("div", { class: "head" }, chosenFunction, chosenStatus, list.count), list.node)),
    detail);

  const storageKey = () => `martlet.event.${target.value}`;
  function restoreEvent() {
    event.value = localStorage.getItem(storageKey()) ?? "{}";
  }

  function sendByKey(press) {
    if (press.key !== "Enter" || !(press.ctrlKey || press.metaKey)) return;
    press.preventDefault();
    run();
  }

  function fail(error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }

  async function run(name = target.value, payload = event.value) {
    problem.hidden = true;
    button.disabled = true;
    button.textContent = t("invoking");
    try {
      const id = await invoke(name, payload);
      localStorage.setItem(storageKey(), payload);
      location.hash = `#/functions/${encodeURIComponent(id)}`;
    } catch (error) {
      fail(error);
    }
    button.disabled = false;
    button.textContent = t("invoke");
  }

  async function loadFunctions() {
    const answer = await get("functions");
    const names = answer.functions.map((one) => one.name);
    if (names.join("\n") === known.join("\n")) return;
    known = names;
    for (const select of [target, chosenFunction]) {
      const before = select.value;
      const first = select === chosenFunction ? [select.options[0]] : [];
      select.replaceChildren(...first, ...names.map((name) => h("option", { value: name }, name)));
      if (before !== "" && names.includes(before)) select.value = before;
    }
    restoreEvent();
  }

  function edit(row) {
    target.value = row.functionName;
    event.value = pretty(row.payload.text);
    event.focus();
    composer.scrollIntoView({ block: "nearest" });
  }

  async function open(id) {
    list.choose(id);
    missing = null;
    let row;
    try {
      row = await get(`invocations/${encodeURIComponent(id)}`);
    } catch (error) {
      // It may not have ended: its client has the response a moment before.
      missing = id;
      show(detail, h("p", { class: "problem" }, error.message));
      return;
    }
    const isWhole = row.payload?.text !== undefined && !row.payload.truncated;
    show(detail,
      h("header", {}, h("div", {}, h("h2", {}, row.functionName), badge(t(row.status), statusKind[row.status]),
        row.errorType ? h("code", {}, row.errorType) : null),
        h("div", { class: "actions" },
          h("button", { disabled: !isWhole, title: isWhole ? null : t("cantRepeat"), onclick: () => run(row.functionName, row.payload.text) }, t("again")),
          h("button", { disabled: !isWhole, onclick: () => edit(row) }, t("edit")))),
      waterfall(row),
      facts([
        [t("when"), dateTime(row.startedAt)], [t("billed"), `${number(row.billedDurationMs)} ms`], [t("cost"), money(row.cost.total)],
        [t("memory"), t("memoryUsed", row.maxMemoryUsedMB, row.memorySizeMB)], [t("version"), row.functionVersion], [t("source"), named(row.source)],
        [t("requestID"), h("code", {}, row.requestId)], [t("logStream"), row.logStream && h("code", {}, row.logStream)],
        [t("trace"), row.traceHeader && h("code", {}, row.traceHeader)],
      ]),
      row.payload === undefined
        ? h("p", { class: "dim" }, t("dropped"))
        : [section(t("payload"), body(row.payload, t("payload"))), section(t("response"), body(row.response, t("response"))),
          section(t("logs"), row.log.bytes === 0 ? h("p", { class: "dim" }, t("noLogs")) : body(row.log, t("logs")))],
      section(t("report"), code(row.report.replaceAll("\t", "  ").trimEnd(), t("report"))));
    reveal(detail);
  }

  function at([id]) {
    if (id) open(id);
  }

  loadFunctions().catch(fail);
  list.restart().catch(fail);
  at(rest);
  return {
    node, at, move: list.move,
    changed(kinds) {
      if (kinds.functions) loadFunctions().catch(fail);
      if (kinds.invocations) list.refresh().catch(fail);
      if (kinds.invocations && missing !== null) open(missing);
    },
  };
}
