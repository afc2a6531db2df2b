/** Sends a request and shows its answer as it comes: status, time, headers, JSON or events. */
import { type SseFrame, SseParser } from "../lib/net/sse.ts";
import { type Child, codeBlock, colouredJson, el, pretty } from "./dom.ts";
import { addressOf, type Draft, hasBody, headersOf } from "./request.ts";

const MOST_EVENTS = 300;

/** Fills `place` with the answer; returns when it is complete, failed or stopped. */
export async function sendInto(place: HTMLElement, draft: Draft, signal: AbortSignal): Promise<void> {
  const status = el("p", { class: "status", role: "status" }, "Waiting for the answer…");
  place.replaceChildren(status);
  const began = performance.now();
  const since = (): string => `${Math.round(performance.now() - began).toLocaleString("en")} ms`;
  let shown = "";
  try {
    const response = await fetch(addressOf(draft), {
      method: draft.operation.method,
      headers: headersOf(draft),
      body: hasBody(draft) ? draft.body : null,
      signal,
    });
    shown = `${response.status} ${response.statusText}`.trim();
    status.classList.add(response.ok ? "good" : "bad");
    status.textContent = `${shown}, after ${since()}`;
    place.append(headersView(response.headers));
    const kind = response.headers.get("content-type") ?? "";
    if (kind.startsWith("text/event-stream")) {
      const count = await showEvents(place, response);
      status.textContent = `${shown}. The stream ended after ${events(count)} and ${since()}.`;
    } else {
      showText(place, await response.text());
      status.textContent = `${shown}, ${since()}`;
    }
  } catch (failure) {
    const stopped = signal.aborted;
    if (!stopped) status.classList.add("bad");
    const why = stopped ? "Stopped" : `No answer came: ${failure instanceof Error ? failure.message : "the connection failed"}`;
    status.textContent = `${shown === "" ? "" : `${shown}. `}${why}, after ${since()}.`;
  }
}

function headersView(headers: Headers): HTMLElement {
  const rows: Child[] = [];
  headers.forEach((value, name) => rows.push(el("dt", {}, name), el("dd", {}, value)));
  return el("details", { class: "headers" }, el("summary", {}, "Headers"), el("dl", {}, ...rows));
}

function showText(place: HTMLElement, text: string): void {
  if (text === "") place.append(el("p", { class: "quiet" }, "The answer has no body."));
  else place.append(codeBlock("Body of the answer", ...colouredJson(pretty(text))));
}

async function showEvents(place: HTMLElement, response: Response): Promise<number> {
  const list = el("ol", { class: "events", tabindex: "0", "aria-label": "Events" });
  const counter = el("p", { class: "quiet" });
  place.append(list, counter);
  const reader = response.body?.getReader();
  const parser = new SseParser();
  let count = 0;
  for (;;) {
    const piece = await reader?.read();
    if (piece === undefined || piece.done) return count;
    const frames = parser.feed(piece.value);
    count += frames.length;
    const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
    list.append(...frames.slice(-MOST_EVENTS).map(eventView));
    while (list.childElementCount > MOST_EVENTS) list.firstElementChild?.remove();
    counter.textContent = count > MOST_EVENTS ? `${events(count)}; the last ${MOST_EVENTS} are shown` : events(count);
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }
}

function eventView({ event, data, id }: SseFrame): HTMLElement {
  return el("li", {}, el("span", { class: "event-id" }, id ?? "–"), el("code", { class: "event-name" }, event), el("code", {}, ...colouredJson(pretty(data, true))));
}

const events = (count: number): string => (count === 1 ? "1 event" : `${count.toLocaleString("en")} events`);
