/** Event logs of turns as the server sends them, and a random source that repeats. */
import type { TurnEvent } from "../../../src/lib/net/run-reducer";

export interface EventLog {
  readonly base: string;
  readonly text: string;
  readonly status: string;
  readonly events: readonly TurnEvent[];
}

/** mulberry32 */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Recipe {
  readonly base?: string;
  readonly thinking?: readonly string[];
  readonly deltas: readonly string[];
  readonly status?: string;
  readonly failure?: string;
}

function record({ base = "", thinking = [], deltas, status = "done", failure }: Recipe): EventLog {
  const text = base + deltas.join("");
  const bare: Omit<TurnEvent, "seq">[] = [
    { type: "turn", data: { turn_id: "t1", session_id: "s1", reply_id: "r1", model: "up/x", continued: base !== "", text: "" } },
    ...thinking.map((piece) => ({ type: "thinking", data: { text: piece } })),
    ...deltas.map((piece) => ({ type: "delta", data: { text: piece } })),
    { type: "usage", data: { input_tokens: 12, output_tokens: deltas.length, cached_tokens: 0 } },
    ...(failure === undefined ? [] : [{ type: "error", data: { code: failure, detail: "It broke.", retryable: true } }]),
    { type: "done", data: { status, finish_reason: status === "done" ? "stop" : null, text_length: text.length } },
  ];
  return { base, text, status, events: bare.map((event, at) => ({ ...event, seq: at + 1 })) };
}

const words = "The quick brown fox — 敏捷的棕色狐狸 — jumps over 😀 the lazy dog.\n\n```py\nprint('hi')\n```\n".match(/.{1,4}/gsu) ?? [];

export const recorded: Readonly<Record<string, EventLog>> = {
  "plain answer": record({ deltas: words }),
  "with reasoning": record({ thinking: ["First, ", "then", "…"], deltas: words }),
  continued: record({ base: "It was a dark", deltas: [" and", " stormy", " night."] }),
  stopped: record({ deltas: words.slice(0, 5), status: "stopped" }),
  failed: record({ deltas: words.slice(0, 9), status: "failed", failure: "stream_broken" }),
  empty: record({ deltas: [] }),
};
