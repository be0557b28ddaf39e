// The server's interface: lists, and generations as a stream of events.

let key = null;

/** A request that did not succeed; the message is a sentence for people. */
export class Problem extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/** Sets the key that is sent from now on. */
export function useKey(text) {
  key = text;
}

/** Whether a key is sent. */
export function hasKey() {
  return key !== null;
}

/** Reads a list of the server. */
export async function read(path) {
  const response = await ask(path, {});
  return await response.json();
}

/**
 * Generates: yields { type, data } for each event and ends after the last picture.
 * Throws a Problem where the server refuses, fails, or goes away; an AbortError where the caller stopped it.
 */
export async function* generate(body, signal) {
  const response = await ask("v1/images/generations", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  let finished = false;
  let progress = null;
  try {
    for await (const event of eventsOf(response.body)) {
      if (event.type === "error") throw new Problem(event.data.error?.message ?? "The generation failed.");
      if (event.type === "cachepolicies.progress" && event.data.total > 0) progress = event.data;
      finished ||= event.type === "image_generation.completed";
      yield event;
    }
  } catch (failure) {
    if (failure instanceof Problem || signal?.aborted) throw failure;
    throw lost(progress);
  }
  if (!finished) throw lost(progress);
}

function lost(progress) {
  const when = progress ? ` after step ${progress.completed} of ${progress.total}` : "";
  return new Problem(`The connection to the server was lost${when}. Is the server still running?`);
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, cache: "no-store", headers: { ...options.headers, ...(key === null ? {} : { Authorization: `Bearer ${key}` }) } });
  } catch (failure) {
    if (options.signal?.aborted) throw failure;
    throw new Problem("The server does not answer. Is it still running?");
  }
  if (response.ok) return response;
  let message = null;
  try {
    message = (await response.json()).error.message;
  } catch {
    // Something between here and the server answered; its text means nothing.
  }
  const wait = response.headers.get("Retry-After");
  const later = response.status === 429 && wait ? ` Try again in ${wait} s.` : "";
  throw new Problem((message ?? `The server answered with status ${response.status}.`) + later, response.status);
}

async function* eventsOf(stream) {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      text += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop();
      for (const block of blocks) {
        const event = eventOf(block);
        if (event) yield event;
      }
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function eventOf(block) {
  let type = "message";
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith("event:")) type = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  return data.length === 0 ? null : { type, data: JSON.parse(data.join("\n")) };
}
