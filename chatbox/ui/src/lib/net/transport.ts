/**
 * One open line to the server, by WebSocket or by SSE; both carry the same events.
 * A line is dumb: it opens once, reports what comes, and reports once when it is gone.
 */
import { SseParser, type SseFrame } from "./sse";

export interface ServerEvent {
  type: string;
  id: string | null;
  data: Readonly<Record<string, unknown>>;
}

export interface Focus {
  session: string | null;
  turn: string | null;
  seq: number;
}

export interface LineHandlers {
  onEvent: (event: ServerEvent) => void;
  /** The line is gone. Called once, never after close(). */
  onGone: () => void;
}

export interface Line {
  readonly kind: "ws" | "sse";
  /** Changes what the server sends in detail; false when that needs a new line. */
  focus(focus: Focus): boolean;
  close(): void;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function decodeMessage(text: string): ServerEvent | null {
  const value = parse(text);
  if (!isRecord(value) || typeof value["type"] !== "string") return null;
  const id = value["id"];
  return {
    type: value["type"],
    id: id === undefined || id === null ? null : String(id),
    data: isRecord(value["data"]) ? value["data"] : {},
  };
}

function decodeFrame(frame: SseFrame): ServerEvent {
  const value = parse(frame.data);
  return { type: frame.event, id: frame.id, data: isRecord(value) ? value : {} };
}

export function openWebSocket(url: string, handlers: LineHandlers): Line {
  const socket = new WebSocket(url);
  let closed = false;
  const gone = (): void => {
    if (closed) return;
    closed = true;
    handlers.onGone();
  };
  socket.onmessage = (message: MessageEvent<unknown>) => {
    if (closed || typeof message.data !== "string") return;
    const event = decodeMessage(message.data);
    if (event !== null) handlers.onEvent(event);
  };
  socket.onclose = gone;
  socket.onerror = gone;
  return {
    kind: "ws",
    focus(focus) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify({ type: "focus", ...focus }));
      return true;
    },
    close() {
      closed = true;
      socket.close();
    },
  };
}

async function pump(response: Response, onEvent: (event: ServerEvent) => void): Promise<void> {
  if (!response.ok || response.body === null) return;
  const parser = new SseParser();
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const frame of parser.feed(value)) onEvent(decodeFrame(frame));
  }
}

export function openSse(url: string, handlers: LineHandlers): Line {
  const abort = new AbortController();
  let closed = false;
  const onEvent = (event: ServerEvent): void => {
    if (!closed) handlers.onEvent(event);
  };
  fetch(url, {
    headers: { Accept: "text/event-stream" },
    signal: abort.signal,
    cache: "no-store",
    credentials: "same-origin",
  })
    .then((response) => pump(response, onEvent))
    .catch(() => undefined)
    .finally(() => {
      if (closed) return;
      closed = true;
      handlers.onGone();
    });
  return {
    kind: "sse",
    focus: () => false,
    close() {
      closed = true;
      abort.abort();
    },
  };
}
