/** What a reader sees of a reply never jumps back, doubles or loses anything. */
import { expect, it } from "vitest";
import { ReplyText, type TextView } from "../../src/features/chat/reply-text";
import { applyTurnEvent, newRun } from "../../src/lib/net/run-reducer";
import { recorded } from "./support/recorded";

class Screen implements TextView {
  text = "";
  resets = 0;
  append(text: string): void {
    this.text += text;
  }
  reset(text: string): void {
    this.text = text;
    this.resets += 1;
  }
  finish(): void {}
}

const turn = { turn_id: "t1", session_id: "s1", reply_id: "r1" };

it("follows a stream piece by piece", () => {
  for (const log of Object.values(recorded)) {
    const screen = new Screen();
    const reply = new ReplyText(screen);
    reply.settle(log.base);
    let state = newRun(turn, log.base);
    for (const event of log.events) {
      const before = state;
      state = applyTurnEvent(state, event);
      reply.follow(state, state.epoch === before.epoch && event.type === "delta" ? String(event.data["text"]) : "");
      expect(screen.text).toBe(state.text);
    }
    reply.settle(log.text);
    expect(screen.text).toBe(log.text);
    expect(screen.resets).toBe(log.base === "" ? 0 : 1);
  }
});

it("keeps a fetched partial text on the screen while the replay catches up", () => {
  const log = recorded["plain answer"];
  if (log === undefined) throw new Error("missing log");
  const screen = new Screen();
  const reply = new ReplyText(screen);
  const partial = log.text.slice(0, 30);
  reply.settle(partial);
  let state = newRun(turn);
  for (const event of log.events) {
    state = applyTurnEvent(state, event);
    reply.follow(state, event.type === "delta" ? String(event.data["text"]) : "");
    expect(screen.text.length).toBeGreaterThanOrEqual(30);
    expect(log.text.startsWith(screen.text)).toBe(true);
  }
  expect(screen.text).toBe(log.text);
  expect(screen.resets).toBe(1);
});

it("goes on with the stored text, also when it differs", () => {
  const screen = new Screen();
  const reply = new ReplyText(screen);
  reply.settle("abc");
  reply.settle("abcdef");
  expect([screen.text, screen.resets]).toEqual(["abcdef", 1]);
  reply.settle("other");
  expect([screen.text, screen.resets]).toEqual(["other", 2]);
});
