// What the page asks of its host: /_martlet for what only a local host can tell, AWS's own interfaces for everything else.
import { t } from "./words.js";

export class HostError extends Error {}

async function read(response) {
  const text = await response.text();
  let value = null;
  try {
    value = text === "" ? {} : JSON.parse(text);
  } catch {
    if (response.ok) throw new HostError(text);
  }
  if (response.ok) return value;
  throw new HostError(value?.error ?? value?.message ?? value?.Message ?? `${response.status} ${response.statusText}`);
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new HostError(t("hostIsAway"));
  }
  return response;
}

export const get = async (path) => read(await ask(`/_martlet/${path}`));

export const post = async (path, object) =>
  read(await ask(`/_martlet/${path}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(object ?? {}),
  }));

/** Lambda's Invoke; gives the request id, under which the invocation is found in the history. */
export async function invoke(name, payload) {
  const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
  const response = await ask(path, {
    method: "POST", headers: { "content-type": "application/json", "x-amz-log-type": "Tail" }, body: payload,
  });
  if (!response.ok) await read(response);
  await response.text();
  return response.headers.get("x-amzn-requestid");
}

/** An action of SQS's JSON protocol. */
export const queue = async (action, object) =>
  read(await ask("/", {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${action}` },
    body: JSON.stringify(object),
  }));

export const updateMapping = async (id, object) =>
  read(await ask(`/2015-03-31/event-source-mappings/${encodeURIComponent(id)}`, {
    method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(object),
  }));

/**
 * Calls back with the kinds of things that changed: {invocations: true}. The browser connects again by itself. A page that nobody
 * sees lets go of its connection: a browser has six of them for an address, and the next page would wait.
 */
export function follow(changed, connected) {
  let source = null, last = null;
  function open() {
    if (source !== null) return;
    source = new EventSource("/_martlet/events");
    source.addEventListener("change", (event) => {
      const counts = JSON.parse(event.data);
      const kinds = {};
      for (const kind of Object.keys(counts)) if (last?.[kind] !== counts[kind]) kinds[kind] = true;
      last = counts;
      connected(true);
      changed(kinds);
    });
    source.addEventListener("error", () => connected(false));
  }
  function close() {
    source?.close();
    source = null;
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  if (!document.hidden) open();
}
