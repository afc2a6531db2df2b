/** A run's state depends on which events arrived, not on how often or in which order. */
import { describe, expect, it } from "vitest";
import { applyTurnEvent, newRun, type RunState, type TurnEvent } from "../../src/lib/net/run-reducer";
import { random, recorded, type EventLog } from "./support/recorded";

const turn = { turn_id: "t1", session_id: "s1", reply_id: "r1" };
const start = (base = ""): RunState => newRun(turn, base);
const replay = (events: readonly TurnEvent[], from: RunState = start()): RunState =>
  events.reduce(applyTurnEvent, from);

/** The parts of the state that a reader sees. */
const visible = ({ text, thinking, status, finishReason, seq, usage }: RunState) => ({ text, thinking, status, finishReason, seq, usage });

describe("a recorded log", () => {
  for (const [name, log] of Object.entries(recorded)) {
    it(`adds up to the whole reply: ${name}`, () => {
      const end = replay(log.events, start(log.base));
      expect(end.text).toBe(log.text);
      expect(end.status).toBe(log.status);
      expect(end.seq).toBe(log.events.length);
      expect(end.textLength).toBe(log.text.length);
    });

    it(`survives duplicates, cuts, gaps and reordering: ${name}`, () => {
      const expected = visible(replay(log.events, start(log.base)));
      for (let seed = 1; seed <= 200; seed += 1) {
        expect(visible(deliverBadly(log, seed)), `seed ${seed}`).toEqual(expected);
      }
    });
  }
});

/** A line that loses, repeats and shuffles; a gap and a reconnect ask again from the last number. */
function deliverBadly(log: EventLog, seed: number): RunState {
  const next = random(seed);
  let state = start(log.base);
  let resumes = 0;
  while (state.seq < log.events.length) {
    resumes += 1;
    const forgets = resumes < 50 && next() < 0.1;
    const rest = log.events.slice(forgets ? 0 : state.seq);
    const cut = resumes > 500 ? rest.length : Math.ceil(next() * rest.length);
    for (const event of damage(rest.slice(0, cut), next, resumes > 500)) state = applyTurnEvent(state, event);
  }
  return state;
}

function damage(events: readonly TurnEvent[], next: () => number, isGood: boolean): TurnEvent[] {
  if (isGood) return [...events];
  const out = events.flatMap((event) => {
    const dice = next();
    if (dice < 0.03) return [];
    return dice < 0.13 ? [event, event] : [event];
  });
  for (let at = 1; at < out.length; at += 1) {
    const one = out[at];
    const other = out[at - 1];
    if (next() < 0.03 && one && other) [out[at - 1], out[at]] = [one, other];
  }
  return out;
}

describe("single events", () => {
  const delta = (seq: number, text: string): TurnEvent => ({ seq, type: "delta", data: { text } });
  const first: TurnEvent = { seq: 1, type: "turn", data: { model: "up/x", continued: false, text: "" } };

  it("ignores a number it has seen", () => {
    const state = replay([first, delta(2, "a"), delta(3, "b")]);
    expect(applyTurnEvent(state, delta(2, "a"))).toBe(state);
    expect(applyTurnEvent(state, delta(3, "other"))).toBe(state);
  });

  it("flags a gap once and waits for the missing event", () => {
    const state = replay([first, delta(2, "a"), delta(4, "c")]);
    expect(state.gap).toBe(true);
    expect(state.text).toBe("a");
    expect(applyTurnEvent(state, delta(5, "d"))).toBe(state);
    const healed = replay([delta(3, "b"), delta(4, "c"), delta(5, "d")], state);
    expect(healed.gap).toBe(false);
    expect(healed.text).toBe("abcd");
  });

  it("starts over at event 1", () => {
    const state = replay([first, delta(2, "old"), first]);
    expect(state.text).toBe("");
    expect(state.epoch).toBe(1);
    expect(replay([delta(2, "new")], state).text).toBe("new");
  });

  it("starts over at a reset", () => {
    const state = replay([first, delta(2, "old"), { seq: 0, type: "reset", data: {} }]);
    expect(state.seq).toBe(0);
    expect(replay([first, delta(2, "new")], state).text).toBe("new");
  });

  it("keeps the earlier text of a continued reply", () => {
    const again: TurnEvent = { seq: 1, type: "turn", data: { continued: true, text: "" } };
    const state = replay([again, delta(2, " more"), again, delta(2, " more")], start("before"));
    expect(state.text).toBe("before more");
  });

  it("prefers the server's word on the earlier text", () => {
    const again: TurnEvent = { seq: 1, type: "turn", data: { continued: true, text: "server" } };
    expect(replay([again, delta(2, "!")], start("")).text).toBe("server!");
  });

  it("keeps partial text when the turn fails", () => {
    const state = replay([
      first,
      delta(2, "half"),
      { seq: 3, type: "error", data: { code: "stream_broken", detail: "…", retryable: true } },
      { seq: 4, type: "done", data: { status: "failed", finish_reason: null, text_length: 4 } },
    ]);
    expect(state).toMatchObject({ text: "half", status: "failed", error: { code: "stream_broken", retryable: true } });
  });

  it("does not count a ping", () => {
    const state = replay([first]);
    expect(applyTurnEvent(state, { seq: 0, type: "ping", data: { t: 1 } })).toBe(state);
  });
});
