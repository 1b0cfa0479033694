// A mapping template, rendered by the host as it is typed.
import { badge, code, field, h, show, whenQuiet } from "./dom.js";
import { post } from "./host.js";
import { t } from "./words.js";

const example = {
  template: `#set($order = $input.path('$'))
{
  "id": "$context.requestId",
  "customer": "$util.escapeJavaScript($order.customer)",
  "total": $order.total,
  "items": [#foreach($item in $order.items)"$item"#if($foreach.hasNext), #end#end],
  "page": "$input.params('page')"
}`,
  body: `{"customer": "Ann \\"Bo\\" Lee", "total": 12.50, "items": ["tea", "빵"]}`,
  params: `{"querystring": {"page": "2"}}`,
  context: `{"requestId": "6f1e1d2c-0c6b-4f7e-9d6f-2f6a1f4d9b10"}`,
  stageVariables: "{}",
};

export function playground() {
  const stored = (name) => localStorage.getItem(`martlet.playground.${name}`) ?? example[name];
  const input = (name, rows) => h("textarea", {
    rows, spellcheck: "false", "data-name": name, "aria-label": t(name), value: stored(name), oninput: () => render(),
  });
  const boxes = {
    template: input("template", 14), body: input("body", 5), params: input("params", 3), context: input("context", 3),
    stageVariables: input("stageVariables", 2),
  };
  boxes.template.setAttribute("data-key", "event");
  const phase = h("select", { "aria-label": t("phase"), onchange: () => render() },
    ["request", "response"].map((one) => h("option", { value: one }, t(one))));
  const output = h("div", { class: "output", "aria-live": "polite" });
  let turn = 0;

  function parsed(name) {
    if (boxes[name].value.trim() === "") return {};
    try {
      return JSON.parse(boxes[name].value);
    } catch (error) {
      throw new Error(`${t("notJSON", t(name))}: ${error.message}`);
    }
  }

  const render = whenQuiet(120, async () => {
    const mine = ++turn;
    for (const [name, box] of Object.entries(boxes)) localStorage.setItem(`martlet.playground.${name}`, box.value);
    try {
      const answer = await post("templates/render", {
        template: boxes.template.value, phase: phase.value, body: boxes.body.value, params: parsed("params"), context: parsed("context"),
        stageVariables: parsed("stageVariables"),
      });
      if (mine !== turn) return;
      if (answer.error !== undefined) {
        show(output, h("p", { class: "problem" }, answer.error),
          answer.line ? h("p", {}, t("atLine", answer.line, answer.column)) : null,
          answer.status ? h("p", { class: "dim" }, t("answers", answer.status)) : null);
        return;
      }
      const overrides = Object.entries(answer.overrides);
      show(output, code(answer.output, t("output")),
        overrides.length > 0 ? h("p", {}, badge(t("overrides")), h("code", {}, JSON.stringify(answer.overrides))) : null);
    } catch (error) {
      if (mine === turn) show(output, h("p", { class: "problem" }, error.message));
    }
  });

  render();
  return {
    node: h("div", { class: "split even" },
      h("div", { class: "side card composer" }, h("div", { class: "head" }, h("h2", {}, t("template")), phase), boxes.template,
        field(t("body"), boxes.body), field(t("params"), boxes.params), field(t("context"), boxes.context), field(t("stageVariables"), boxes.stageVariables)),
      h("article", { class: "detail card" }, h("div", { class: "head" }, h("h2", {}, t("output"))), h("p", { class: "dim" }, t("rendered")), output)),
  };
}
