import { badge, facts, field, h, reveal, section, show } from "./dom.js";
import { body } from "./functions.js";
import { get, post } from "./host.js";
import { virtualList } from "./list.js";
import { playground } from "./playground.js";
import { dateTime, milliseconds, named, shortTime, t } from "./words.js";

const kind = (status) => (status >= 500 ? "bad" : status >= 400 ? "late" : "ok");

/** `Label: what follows`, the label set apart. */
function step(line) {
  const colon = line.indexOf(": ");
  const isLabelled = colon > 0 && colon < 60;
  return h("li", {}, isLabelled ? [h("b", {}, line.slice(0, colon)), h("span", {}, line.slice(colon + 2))] : h("b", {}, line));
}

function exchange(row) {
  return [
    h("header", {}, h("div", {}, badge(String(row.status), kind(row.status)), h("h2", { class: "target" }, `${row.method ?? ""} ${row.target ?? ""}`))),
    facts([
      [t("when"), row.time && dateTime(row.time)], [t("duration"), milliseconds(row.milliseconds)],
      [t("integration"), row.integrationMilliseconds !== undefined ? milliseconds(row.integrationMilliseconds) : null],
      [t("api"), row.api], [t("stage"), row.stage], [t("route"), row.route && h("code", {}, row.route)], [t("error"), row.error],
      [t("requestID"), row.requestId && h("code", {}, row.requestId)],
    ]),
    section(t("response"), headers(row.responseHeaders), body(row.responseBody, t("response"))),
    section(t("steps"), row.steps ? h("ol", { class: "steps" }, row.steps.map(step)) : h("p", { class: "dim" }, t("noSteps"))),
    row.requestHeaders ? section(t("request"), headers(row.requestHeaders), row.requestBody.bytes > 0 ? body(row.requestBody, t("request")) : null) : null,
  ];
}

function headers(pairs) {
  return h("dl", { class: "headers" }, (pairs ?? []).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

export function apis(rest) {
  const tabs = ["requests", "try", "routes", "playground"];
  const panel = h("div", { class: "panel" });
  const bar = h("div", { class: "tabs", role: "tablist" }, tabs.map((name) =>
    h("button", { role: "tab", "data-tab": name, onclick: () => { location.hash = `#/apis/${name}`; } }, t(name))));
  const node = h("div", {}, bar, panel);
  let tab = null, part = null;

  function at([name, id, ...more]) {
    const wanted = tabs.includes(name) ? name : "requests";
    if (tab !== wanted) {
      tab = wanted;
      part = { requests, try: trial, routes, playground }[wanted](more);
      panel.replaceChildren(part.node);
      for (const button of bar.children) button.setAttribute("aria-selected", String(button.dataset.tab === wanted));
    }
    if (id) part.open?.(id, ...more);
  }

  at(rest);
  return { node, at, move: (by) => part.move?.(by), changed: (kinds) => part.changed?.(kinds) };
}

function requests() {
  const status = h("select", { "data-key": "filter", "aria-label": t("status"), onchange: () => list.restart() }, h("option", { value: "" }, t("anyStatus")),
    ["2xx", "3xx", "4xx", "5xx"].map((one) => h("option", { value: one }, one)));
  const detail = h("article", { class: "detail card" }, h("p", { class: "hollow" }, t("chooseOne")));
  const list = virtualList({
    label: t("requests"), key: (row) => String(row.number),
    row: (row) => [badge(String(row.status), kind(row.status)), h("span", { class: "time" }, shortTime(row.time)), h("b", { class: "method" }, row.method),
      h("span", { class: "name" }, row.target), h("span", { class: "num" }, milliseconds(row.milliseconds))],
    fetchPage: async (offset, limit, through) => {
      const query = new URLSearchParams({ offset, limit });
      if (status.value) query.set("status", status.value);
      if (through !== undefined) query.set("through", through);
      const answer = await get(`requests?${query}`);
      return { total: answer.total, last: answer.last, rows: answer.requests };
    },
    open: (id) => { location.hash = `#/apis/requests/${id}`; },
  });
  async function open(id) {
    list.choose(id);
    try {
      show(detail, exchange(await get(`requests/${encodeURIComponent(id)}`)));
      reveal(detail);
    } catch (error) {
      show(detail, h("p", { class: "problem" }, error.message));
    }
  }
  const fail = (error) => show(detail, h("p", { class: "problem" }, error.message));
  list.restart().catch(fail);
  return {
    node: h("div", { class: "split" }, h("div", { class: "side" }, h("div", { class: "card listcard tall requests" },
      h("div", { class: "head" }, status, list.count), list.node)), detail),
    open, move: list.move, changed: (kinds) => { if (kinds.requests) list.refresh().catch(fail); },
  };
}

function trial() {
  const route = h("select", { "aria-label": t("route"), onchange: () => pick() });
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
  const method = h("select", { "aria-label": t("method") }, methods.map((one) => h("option", { value: one }, one)));
  const path = h("input", { "aria-label": t("path"), spellcheck: "false", "data-key": "event", value: "/" });
  const head = h("textarea", { rows: 3, spellcheck: "false", placeholder: "accept: application/json" });
  const text = h("textarea", { rows: 6, spellcheck: "false" });
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const result = h("article", { class: "detail card" }, h("p", { class: "hollow" }, t("tryThis")));
  const button = h("button", { class: "primary" }, t("send"));
  let served = [];

  function pick() {
    const one = served[Number(route.value)];
    if (!one) return;
    method.value = ["ANY", "*"].includes(one.method) ? "GET" : one.method;
    path.value = one.path.replace(/\{([^}+]+)\+?\}/g, (_, name) => name).replace("/*", "/");
  }

  /** Names and values of the lines; throws for a line that is no header. */
  function readHeaders() {
    const pairs = {};
    for (const line of head.value.split("\n").filter((one) => one.trim() !== "")) {
      const colon = line.indexOf(":");
      if (colon < 1) throw new Error(t("badHeaders"));
      pairs[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
    }
    return pairs;
  }

  async function send(event) {
    event.preventDefault();
    problem.hidden = true;
    button.disabled = true;
    try {
      const address = new URL(path.value, "http://host");
      const request = { method: method.value, target: address.pathname + address.search, headers: readHeaders(), body: text.value };
      show(result, exchange({ ...(await post("requests", request)), method: request.method, target: request.target }));
      reveal(result);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    button.disabled = false;
  }

  const form = h("form", {
    class: "card composer", onsubmit: send,
    onkeydown: (press) => { if (press.key === "Enter" && (press.ctrlKey || press.metaKey)) form.requestSubmit(); },
  }, field(t("route"), route), h("div", { class: "bar" }, method, path, button), field(t("headers"), head, t("headersHint")), field(t("body"), text), problem);
  get("routes").then((answer) => {
    served = answer.routes;
    route.replaceChildren(...served.map((one, index) => h("option", { value: index }, `${one.method} ${one.path}`)));
    pick();
    open(opened);
  }).catch((error) => { problem.textContent = error.message; problem.hidden = false; });
  let opened = null;
  function open(index) {
    opened = index;
    if (index === null || !served[Number(index)]) return;
    route.value = index;
    pick();
  }
  return { node: h("div", { class: "split" }, h("div", { class: "side" }, form), result), open };
}

function routes() {
  const node = h("div", { class: "card scroll" });
  get("routes").then((answer) => {
    show(node, answer.routes.length === 0 ? h("p", { class: "hollow" }, t("noRoutes")) : h("table", {},
      h("thead", {}, h("tr", {}, [t("method"), t("path"), t("calls"), t("authorization"), t("api"), ""].map((name) => h("th", {}, name)))),
      h("tbody", {}, answer.routes.map((one, index) => h("tr", {},
        h("td", {}, h("b", { class: "method" }, one.method)), h("td", {}, h("code", {}, one.path)),
        h("td", {}, one.integration === "-" ? one.integrationType : one.integration.replace(/^function(?= )/, named("function"))), h("td", {}, one.authorization === "NONE" ? "–" : one.authorization),
        h("td", {}, `${one.api} (${one.type})`), h("td", {}, h("a", { href: `#/apis/try/${index}` }, t("try"))))))));
  }).catch((error) => show(node, h("p", { class: "problem" }, error.message)));
  return { node };
}
