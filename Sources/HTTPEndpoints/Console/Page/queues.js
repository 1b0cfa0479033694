import { depth, legend } from "./charts.js";
import { badge, code, facts, h, pretty, section, show } from "./dom.js";
import { get, queue as call } from "./host.js";
import { age, dateTime, money, number, t } from "./words.js";

const peeked = 20;

export function queues(rest) {
  const names = h("div", { class: "card names" });
  const detail = h("article", { class: "detail card" }, h("p", { class: "hollow" }, t("chooseOne")));
  const node = h("div", { class: "split narrow" }, h("div", { class: "side" }, names), detail);
  let all = [], chosen = rest[0] ?? null, parts = null, points = [], busy = false, again = false;
  let now = Date.now();

  function drawNames() {
    show(names, all.length === 0 ? h("p", { class: "hollow" }, t("noQueues")) : all.map((one) =>
      h("a", { class: "entry", href: `#/queues/${encodeURIComponent(one.name)}`, "aria-current": one.name === chosen ? "true" : null },
        h("span", { class: "name" }, one.name, one.isFifo ? badge("FIFO") : null, isDeadLetterQueue(one) ? badge("DLQ", "late") : null),
        h("span", { class: "num" }, number(one.visible), one.inFlight > 0 ? h("span", { class: "dim" }, ` +${number(one.inFlight)}`) : null))));
  }

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
    const url = `${location.origin}/000000000000/${encodeURIComponent(one.name)}`;
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
      if (one.isFifo) message.MessageDeduplicationId = crypto.randomUUID();
      if (await act("SendMessage", message, t("sent"))) text.value = "";
    } }, text, h("div", { class: "bar" }, group, h("button", { class: "primary" }, t("send")), said));
    const purge = h("button", { class: "danger", onclick: () => {
      if (confirm(t("purgeSure", one.name))) act("PurgeQueue", { QueueUrl: url }, t("purged"));
    } }, t("purge"));
    const redrive = h("button", {
      hidden: true, title: t("redriveHint"), onclick: () => act("StartMessageMoveTask", { SourceArn: one.arn }, t("redriven")),
    }, t("redrive"));
    parts = {
      name: one.name, redrive, counts: h("div"), chart: h("div", { class: "chartbox" }), messages: h("div"), attributes: h("div"), target: h("div"),
    };
    detail.replaceChildren(
      h("header", {}, h("div", {}, h("h2", {}, one.name), one.isFifo ? badge("FIFO") : null),
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
    show(parts.target, one.deadLetterTargetArn ? h("p", {}, t("deadLetters"), " ",
      h("a", { href: `#/queues/${encodeURIComponent(one.deadLetterTargetArn.split(":").at(-1))}` }, one.deadLetterTargetArn.split(":").at(-1))) : null);
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
      all = (await get("queues")).queues;
      if (chosen === null && all.length > 0) chosen = all[0].name;
      drawNames();
      const one = all.find((other) => other.name === chosen);
      if (one) {
        const path = `queues/${encodeURIComponent(one.name)}`;
        const region = `region=${encodeURIComponent(one.region)}`;
        const [details, messages] = await Promise.all([get(`${path}?${region}`), get(`${path}/messages?limit=${peeked}&${region}`)]);
        if (one.name === chosen) {
          if (parts?.name !== one.name) build(one);
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
    at([name]) {
      chosen = name ?? null;
      load();
    },
    changed(kinds) {
      if (kinds.queues) load();
    },
    move(by) {
      const place = all.findIndex((one) => one.name === chosen) + by;
      if (all[place]) location.hash = `#/queues/${encodeURIComponent(all[place].name)}`;
    },
    tick() {
      if (parts && points.length > 0) drawChart();
    },
  };
}
