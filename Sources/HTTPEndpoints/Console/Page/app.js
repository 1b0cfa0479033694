// The frame: the way between the views, live events, keys.
import { h, setText } from "./dom.js";
import { follow } from "./host.js";
import { language, switchLanguage, t } from "./words.js";
import { overview } from "./overview.js";
import { functions } from "./functions.js";
import { apis } from "./apis.js";
import { queues } from "./queues.js";
import { triggers } from "./triggers.js";
import { bill } from "./bill.js";

const views = { overview, functions, apis, queues, triggers, bill };
const names = Object.keys(views);
const main = document.getElementById("view");
let current = null;

document.documentElement.lang = language;

const links = names.map((name, index) => h("a", { href: `#/${name}`, "data-view": name },
  h("span", {}, t(name)), h("kbd", { "aria-hidden": "true" }, String(index + 1))));
const live = h("span", { class: "live away", role: "status" }, t("away"));
document.getElementById("top").append(
  h("a", { class: "brand", href: "#/overview" }, h("img", { src: "/_martlet/console/martlet.svg", alt: "", width: 26, height: 26 }), "Martlet"),
  h("nav", { "aria-label": "Martlet" }, links),
  h("div", { class: "corner" }, live,
    h("button", { class: "quiet", onclick: switchLanguage }, t("switchLanguage")),
    h("button", { class: "quiet keys", onclick: () => help.showModal(), title: t("shortcuts"), "aria-label": t("shortcuts") }, "?")));

const keys = [["1 – 6", t("keysViews")], ["/", t("keysSearch")], ["j  k", t("keysMove")], ["e", t("keysInvoke")],
  ["Ctrl ⏎", t("keysSend")], ["?", t("keysHelp")]];
const help = h("dialog", { "aria-label": t("shortcuts") }, h("h2", {}, t("shortcuts")),
  h("dl", { class: "keys" }, keys.map(([key, what]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)))),
  h("button", { onclick: () => help.close() }, t("close")));
document.body.append(help);

function place() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { name: views[name] ? name : "overview", rest };
}

function go() {
  const { name, rest } = place();
  for (const link of links) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${t(name)} · Martlet`;
  if (current?.name === name && current.view.at) {
    current.view.at(rest);
    return;
  }
  const view = views[name](rest);
  current = { name, view };
  main.replaceChildren(h("h1", { class: "sr" }, t(name)), view.node);
  main.scrollTop = 0;
}

addEventListener("hashchange", go);
go();

follow(
  (kinds) => current.view.changed?.(kinds),
  (isConnected) => {
    live.classList.toggle("away", !isConnected);
    setText(live, isConnected ? t("live") : t("away"));
  });
// Charts move on with the clock, without asking anybody.
setInterval(() => current.view.tick?.(), 1000);

addEventListener("keydown", (event) => {
  const field = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && field) return field.blur();
  if (field || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  const index = "123456".indexOf(event.key);
  if (index >= 0) location.hash = `#/${names[index]}`;
  else if (event.key === "?") help.showModal();
  else if (event.key === "j" || event.key === "k") current.view.move?.(event.key === "j" ? 1 : -1);
  else if (event.key === "e" || event.key === "/") {
    const target = main.querySelector(event.key === "e" ? "[data-key=event]" : "[data-key=filter]");
    if (!target) return;
    event.preventDefault();
    target.focus();
  }
});
