// A list of any length: only the rows that are seen exist, and only the pages that are seen are fetched.
import { h, setText } from "./dom.js";
import { number, t } from "./words.js";

const pageRows = 100;
const pagesMax = 50;

/**
 * @param fetchPage (offset, limit, through) → {total, last, rows}, the newest first; `through` keeps pages where they are.
 * @param row a record → cells of its line.
 * @param key a record → its id.
 * @param open called with the id of the record that was chosen.
 */
export function virtualList({ label, fetchPage, row, key, open, rowHeight = 40 }) {
  const spacer = h("div", { class: "spacer" });
  const scroller = h("div", { class: "scroller", tabindex: "0", role: "listbox", "aria-label": label }, spacer);
  const newer = h("button", { class: "newer", hidden: true, onclick: () => { scroller.scrollTop = 0; restart(); } });
  const count = h("span", { class: "count" });
  const node = h("div", { class: "list" }, newer, scroller);
  let through, total = 0, last = 0, pages = new Map(), fetching = new Set(), turn = 0, chosen = null, cursor = -1;

  function record(index) {
    return pages.get(Math.floor(index / pageRows))?.[index % pageRows];
  }

  async function load(page) {
    if (fetching.has(page)) return;
    const mine = turn;
    fetching.add(page);
    try {
      const answer = await fetchPage(page * pageRows, pageRows, through);
      if (mine !== turn) return;
      total = answer.total;
      if (through === undefined) through = last = answer.last;
      pages.set(page, answer.rows);
      if (pages.size > pagesMax) pages.delete(pages.keys().next().value);
      draw();
    } finally {
      if (mine === turn) fetching.delete(page);
    }
  }

  async function restart() {
    turn++;
    const mine = turn;
    fetching = new Set([0]);
    const answer = await fetchPage(0, pageRows, undefined);
    if (mine !== turn) return;
    fetching = new Set();
    total = answer.total;
    through = last = answer.last;
    pages = new Map([[0, answer.rows]]);
    newer.hidden = true;
    draw();
  }

  /** More has come: shown at once where the top is seen, else announced, so that nothing moves under a reader. */
  async function refresh() {
    if (scroller.scrollTop < rowHeight) return restart();
    const answer = await fetchPage(0, 0, undefined);
    const more = answer.total - total;
    newer.hidden = more <= 0;
    if (more > 0) setText(newer, `↑ ${t("newer", number(more))}`);
    if (answer.total < total) restart();
  }

  function draw() {
    spacer.style.height = `${total * rowHeight}px`;
    setText(count, t("ofMany", number(total)));
    node.classList.toggle("empty", total === 0);
    const first = Math.max(0, Math.floor(scroller.scrollTop / rowHeight) - 4);
    const end = Math.min(total, Math.ceil((scroller.scrollTop + scroller.clientHeight) / rowHeight) + 4);
    const rows = [];
    for (let index = first; index < end; index++) {
      const value = record(index);
      if (!value) load(Math.floor(index / pageRows)).catch(() => {});
      const id = value && key(value);
      const line = h("div", {
        class: "row", role: "option", "data-id": id, "aria-selected": id !== undefined && id === chosen ? "true" : "false",
        onclick: value && (() => choose(index)),
      }, value ? row(value) : h("span", { class: "dim" }, "…"));
      line.style.transform = `translateY(${index * rowHeight}px)`;
      line.classList.toggle("cursor", index === cursor);
      rows.push(line);
    }
    spacer.replaceChildren(...rows);
  }

  function choose(index) {
    const value = record(index);
    if (!value) return;
    cursor = index;
    chosen = key(value);
    draw();
    open(chosen);
  }

  function move(step) {
    const place = cursor < 0 ? (step > 0 ? 0 : total - 1) : cursor + step;
    if (place < 0 || place >= total) return;
    cursor = place;
    const top = place * rowHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    if (top + rowHeight > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + rowHeight - scroller.clientHeight;
    choose(place);
  }

  scroller.addEventListener("scroll", () => draw());
  scroller.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (steps[event.key]) {
      event.preventDefault();
      move(steps[event.key]);
    }
  });
  return { node, count, refresh, restart, move, choose: (id) => { chosen = id; draw(); } };
}
