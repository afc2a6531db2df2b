/** The connection comes back by itself, falls back to SSE, and sleeps in hidden tabs. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EventConnection } from "../../src/lib/net/events";
import { backoff } from "../../src/lib/net/retry";
import type { Focus, Line, LineHandlers, ServerEvent } from "../../src/lib/net/transport";

interface FakeLine extends LineHandlers {
  kind: "ws" | "sse";
  url: string;
  closed: boolean;
  sent: Focus[];
}

let lines: FakeLine[] = [];
let events: ServerEvent[] = [];
let links: string[] = [];
let hidden = false;
let owns = false;
let focus: Focus = { session: null, turn: null, seq: 0 };

function open(kind: "ws" | "sse") {
  return (url: string, handlers: LineHandlers): Line => {
    const line: FakeLine = { kind, url, closed: false, sent: [], ...handlers };
    lines.push(line);
    return {
      kind,
      focus: (next) => kind === "ws" && line.sent.push(next) > 0,
      close: () => void (line.closed = true),
    };
  };
}

const connect = (): EventConnection =>
  new EventConnection({
    surroundings: { openWebSocket: open("ws"), openSse: open("sse"), isHidden: () => hidden },
    url: (kind, query) => `${kind}?${query}`,
    focus: () => focus,
    mustStay: () => owns,
    onEvent: (event) => events.push(event),
    onLink: (link) => links.push(link),
  });

const last = (): FakeLine => {
  const line = lines[lines.length - 1];
  if (line === undefined) throw new Error("no line was opened");
  return line;
};
const say = (type: string, data: Record<string, unknown> = {}, id: string | null = null): void =>
  last().onEvent({ type, id, data });

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  events = [];
  links = [];
  hidden = false;
  owns = false;
  focus = { session: null, turn: null, seq: 0 };
});
afterEach(() => vi.useRealTimers());

describe("the event connection", () => {
  it("resumes after the last event it saw", async () => {
    const connection = connect();
    connection.start();
    say("hello", { cursor: "40", running: [] });
    say("session", {}, "41");
    last().onGone();
    await vi.advanceTimersByTimeAsync(1000);
    expect(lines).toHaveLength(2);
    expect(last().url).toBe("ws?after=41");
  });

  it("does not skip events that were still to come when the greeting named a later cursor", async () => {
    const connection = connect();
    connection.start();
    say("hello", { cursor: "10" });
    say("session", {}, "11");
    last().onGone();
    await vi.advanceTimersByTimeAsync(1000);
    say("hello", { cursor: "20" });
    last().onGone();
    await vi.advanceTimersByTimeAsync(2000);
    expect(last().url).toBe("ws?after=11");
  });

  it("names the running turn and how far it came", async () => {
    focus = { session: "s1", turn: "t1", seq: 17 };
    connect().start();
    expect(last().url).toBe("ws?session=s1&turn=t1&seq=17");
  });

  it("treats a clean close as a drop and waits longer each time, for ever", async () => {
    connect().start();
    say("hello", { cursor: "1" });
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const before = lines.length;
      last().onGone();
      await vi.advanceTimersByTimeAsync(backoff(attempt, 0.999) + 10);
      expect(lines.length).toBe(before + 1);
      say("hello", { cursor: "1" });
    }
    expect(backoff(0, 0.5)).toBe(500);
    expect(backoff(99, 0.5)).toBe(15_000);
  });

  it("falls back to SSE after two failed handshakes, and tries WebSocket again when SSE fails too", async () => {
    connect().start();
    last().onGone();
    await vi.advanceTimersByTimeAsync(1000);
    last().onGone();
    await vi.advanceTimersByTimeAsync(2000);
    expect(last().kind).toBe("sse");
    last().onGone();
    await vi.advanceTimersByTimeAsync(4000);
    expect(last().kind).toBe("ws");
  });

  it("reconnects after 25 s of silence, and a ping is not silence", async () => {
    connect().start();
    say("hello", { cursor: "1" });
    await vi.advanceTimersByTimeAsync(20_000);
    say("ping", { t: 1 });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(lines).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(6000);
    expect(lines).toHaveLength(2);
    expect(lines[0]?.closed).toBe(true);
    expect(events.some((event) => event.type === "ping")).toBe(false);
  });

  it("changes focus over an open WebSocket and reopens SSE", async () => {
    const connection = connect();
    connection.start();
    say("hello", { cursor: "1" });
    focus = { session: "s2", turn: null, seq: 0 };
    connection.refocus();
    expect(lines).toHaveLength(1);
    expect(last().sent).toEqual([focus]);
    last().onGone();
  });

  it("lets go in a hidden tab after a minute, unless a turn of its own is running", async () => {
    const connection = connect();
    connection.start();
    say("hello", { cursor: "1" });
    hidden = true;
    owns = true;
    connection.hide();
    const keepTalking = setInterval(() => last().closed || say("ping"), 10_000);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(last().closed).toBe(false);
    owns = false;
    await vi.advanceTimersByTimeAsync(61_000);
    expect(last().closed).toBe(true);
    expect(links[links.length - 1]).toBe("asleep");
    clearInterval(keepTalking);
    hidden = false;
    connection.wake();
    expect(lines).toHaveLength(2);
  });

  it("comes back at once when the network does", async () => {
    const connection = connect();
    connection.start();
    for (let attempt = 0; attempt < 6; attempt += 1) {
      last().onGone();
      await vi.advanceTimersByTimeAsync(20_000);
    }
    last().onGone();
    const before = lines.length;
    connection.renew();
    expect(lines.length).toBe(before + 1);
  });
});
