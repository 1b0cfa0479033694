import { depth, legend } from "./charts.js";
import { badge, code, facts, h, pretty, section, show } from "./dom.js";
import { get, queue as call } from "./host.js";
import { age, dateTime, money, number, t } from "./words.js";

const peeked = 20;

/** What tells a queue from others: its name, and its region where that isn't the host's own. */
const placeOf = (one, home) => (one.region === home ? one.name : `${one.name}/${one.region}`);
export const address = (one, home) => `#/queues/${placeOf(one, home).split("/").map(encodeURIComponent).join("/")}`;

export function queues(rest) {
  const names = h("div", { class: "card names" });
  const detail = h("article", { class: "detail card" }, h("p", { class: "hollow" }, t("chooseOne")));
  const node = h("div", { class: "split narrow" }, h("div", { class: "side" }, names), detail);
  let all = [], home = "", chosen = rest.join("/") || null, parts = null, points = [], busy = false, again = false;
  let now = Date.now();

  function drawNames() {
    show(names, all.length === 0 ? h("p", { class: "hollow" }, t("noQueues")) : all.map((one) =>
      h("a", { class: "entry", href: address(one, home), "aria-current": place(one) === chosen ? "true" : null },
        h("span", { class: "name" }, one.name, one.region === home ? null : badge(one.region), one.isFifo ? badge("FIFO") : null,
          isDeadLetterQueue(one) ? badge("DLQ", "late") : null),
        h("span", { class: "num" }, number(one.visible), one.inFlight > 0 ? h("span", { class: "dim" }, ` +${number(one.inFlight)}`) : null))));
  }

  const place = (one) => placeOf(one, home);
  const isDeadLetterQueue = (one) => all.some((other) => other.deadLetterTargetArn === one.arn);

  /** The parts that stay while the queue is the same: what is typed into the form isn't lost when messages come. */
  function build(one) {
    const text = h("textarea", { rows: 4, spellcheck: "false", "data-key": "event", "aria-label": t("body"), onkeydown: (press) => {
      if (press.key === "Enter" && (press.ctrlKey || press.metaKey)) form.requestSubmit();
    } });
    const group = h("input", { "aria-label": t("group"), placeholder: t("group"), value: one.isFifo ? "group-1" : "" });
    const said = h("span", { class: "said", role: "status" });
    const report = (word, isBad) => {
      said.textContent = word;
      said.classList.toggle("bad", Boolean(isBad));
    };
    const [, , , region, account] = one.arn.split(":");
    const url = `${location.origin}/queue/${region}/${account}/${encodeURIComponent(one.name)}`;
    const act = async (action, object, word) => {
      try {
        await call(action, object);
        report(word);
        load();
        return true;
      } catch (error) {
        report(error.message, true);
        return false;
      }
    };
    const form = h("form", { class: "composer", onsubmit: async (event) => {
      event.preventDefault();
      const message = { QueueUrl: url, MessageBody: text.value };
      if (group.value !== "") message.MessageGroupId = group.value;
      if (one.isFifo) message.MessageDeduplicationId = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
      if (await act("SendMessage", message, t("sent"))) text.value = "";
    } }, text, h("div", { class: "bar" }, group, h("button", { class: "primary" }, t("send")), said));
    const purge = h("button", { class: "danger", onclick: () => {
      if (confirm(t("purgeSure", one.name))) act("PurgeQueue", { QueueUrl: url }, t("purged"));
    } }, t("purge"));
    const redrive = h("button", {
      hidden: true, title: t("redriveHint"), onclick: () => act("StartMessageMoveTask", { SourceArn: one.arn }, t("redriven")),
    }, t("redrive"));
    parts = {
      of: place(one), redrive, counts: h("div"), chart: h("div", { class: "chartbox" }), messages: h("div"), attributes: h("div"), target: h("div"),
    };
    detail.replaceChildren(
      h("header", {}, h("div", {}, h("h2", {}, one.name), one.region === home ? null : badge(one.region), one.isFifo ? badge("FIFO") : null),
        h("div", { class: "actions" }, redrive, purge)),
      parts.counts, parts.chart, section(t("sendMessage"), form), section(t("messages"), parts.messages),
      section(t("attributes"), parts.target, parts.attributes));
  }

  function draw(one, details, messages) {
    parts.redrive.hidden = !isDeadLetterQueue(one);
    points = details.depth;
    show(parts.counts, facts([
      [t("visible"), number(one.visible)], [t("inFlight"), number(one.inFlight)], [t("delayed"), number(one.delayed)],
      [t("oldest"), one.oldestAgeMilliseconds === undefined ? "–" : age(one.oldestAgeMilliseconds)],
      [t("requestsMade"), number(one.usage.requests)], [t("cost"), money(one.usage.cost)]]));
    drawChart();
    const opened = new Set([...parts.messages.querySelectorAll("details[open]")].map((node) => node.dataset.id));
    show(parts.messages, messages.length === 0
      ? h("p", { class: "dim" }, t("empty"))
      : messages.map((message) => card(message, opened.has(message.messageId))));
    const target = one.deadLetterTargetArn?.split(":").at(-1);
    show(parts.target, target ? h("p", {}, t("deadLetters"), " ",
      h("a", { href: address({ name: target, region: one.region }, home) }, target)) : null);
    show(parts.attributes, h("dl", { class: "headers" }, Object.entries(details.attributes).map(([name, value]) =>
      h("div", {}, h("dt", {}, name), h("dd", {}, value)))));
  }

  function card(message, isOpen) {
    return h("details", { class: "message", "data-id": message.messageId, open: isOpen },
      h("summary", {}, h("span", { class: `dot ${message.isVisible ? "ok" : "late"}` }),
        h("span", { class: "name" }, message.body.slice(0, 160)),
        message.receiveCount > 0 ? h("span", { class: "dim" }, t("received", message.receiveCount)) : null),
      facts([[t("when"), dateTime(message.sentAt)], ["MessageId", h("code", {}, message.messageId)],
        [t("group"), message.messageGroupId], [t("deduplication"), message.messageDeduplicationId]]),
      code(pretty(message.body), t("body")));
  }

  function drawChart() {
    now = Math.max(Date.now(), ...points.slice(-1).map(([time]) => time));
    show(parts.chart, h("div", { class: "head" }, h("h3", {}, t("depth")),
      legend([["visible", t("visible")], ["flying", t("inFlight")], ["delayed", t("delayed")]])), depth(points, now));
  }

  async function load() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      ({ queues: all, region: home } = await get("queues"));
      if (chosen === null && all.length > 0) chosen = place(all[0]);
      drawNames();
      const one = all.find((other) => place(other) === chosen);
      if (one) {
        const path = `queues/${encodeURIComponent(one.name)}`;
        const region = `region=${encodeURIComponent(one.region)}`;
        const [details, messages] = await Promise.all([get(`${path}?${region}`), get(`${path}/messages?limit=${peeked}&${region}`)]);
        if (place(one) === chosen) {
          if (parts?.of !== chosen) build(one);
          draw(one, details, messages.messages);
        }
      } else if (chosen !== null) {
        parts = null;
        show(detail, h("p", { class: "hollow" }, t("noQueues")));
      }
    } catch (error) {
      parts = null;
      show(detail, h("p", { class: "problem" }, error.message));
    }
    busy = false;
    if (again) {
      again = false;
      load();
    }
  }

  load();
  return {
    node,
    at(parts) {
      chosen = parts.join("/") || null;
      load();
    },
    changed(kinds) {
      if (kinds.queues) load();
    },
    move(by) {
      const next = all[all.findIndex((one) => place(one) === chosen) + by];
      if (next) location.hash = address(next, home);
    },
    tick() {
      if (parts && points.length > 0) drawChart();
    },
  };
}
