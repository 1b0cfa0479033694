// Elements made by hand. What the host tells becomes text nodes and attribute values, never markup.

const svgNamespace = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);
export const svg = (tag, props, ...children) => fill(document.createElementNS(svgNamespace, tag), props, children);

/** Fills a node anew, unless it says the same already: a selection and a focus inside it stay. */
export function show(node, ...children) {
  const fresh = node.cloneNode(false);
  fresh.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  if (!node.isEqualNode(fresh)) node.replaceChildren(...fresh.childNodes);
  return node;
}

export const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

export function badge(text, kind) {
  return h("span", { class: `badge ${kind ?? ""}` }, text);
}

export function field(label, control, hint) {
  return h("label", { class: "field" }, h("span", { class: "label" }, label), control, hint && h("span", { class: "hint" }, hint));
}

export function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.filter(([, value]) => value !== undefined && value !== null && value !== "").map(
    ([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

export function section(title, ...children) {
  return h("section", { class: "part" }, h("h3", {}, title), children);
}

/** A text of a function or a client in a box that scrolls by itself. */
export function code(text, label) {
  return h("pre", { class: "code", tabindex: "0", "aria-label": label }, text);
}

/** Where the parts stand below each other, the one that was asked for comes into view. */
export function reveal(node) {
  if (matchMedia("(max-width: 1080px)").matches) node.scrollIntoView({ block: "start" });
}

/** JSON with line breaks, each number and text spelled as it was; other text as it is. */
export function pretty(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let out = "", depth = 0, inText = false;
  const line = () => "\n" + "  ".repeat(depth);
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inText) {
      out += char;
      if (char === "\\") out += text[++at];
      else if (char === '"') inText = false;
    } else if (char === '"') {
      inText = true;
      out += char;
    } else if (char === "{" || char === "[") {
      const rest = text.slice(at + 1).trimStart();
      if (rest[0] === "}" || rest[0] === "]") {
        out += char + rest[0];
        at = text.length - rest.length;
      } else {
        depth++;
        out += char + line();
      }
    } else if (char === "}" || char === "]") {
      depth--;
      out += line() + char;
    } else if (char === ",") out += char + line();
    else if (char === ":") out += ": ";
    else if (!/\s/.test(char)) out += char;
  }
  return out;
}

/** Runs `body` once things have been quiet for a while. */
export function whenQuiet(milliseconds, body) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => body(...values), milliseconds);
  };
}
