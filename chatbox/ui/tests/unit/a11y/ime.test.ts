/** Enter that belongs to an input method must never act. Event orders as browsers really send them. */
import { beforeEach, describe, expect, test } from "vitest";
import { isEnter, isImeEnter, noteCompositionEnd, type KeyLike } from "../../../src/lib/a11y/ime";

const press = (part: Partial<KeyLike> = {}): KeyLike => ({ key: "Enter", isComposing: false, keyCode: 13, timeStamp: 10_000, ...part });

describe("isEnter", () => {
  beforeEach(() => noteCompositionEnd(Number.NEGATIVE_INFINITY));

  test("a plain Enter acts", () => expect(isEnter(press())).toBe(true));
  test("another key does not", () => expect(isEnter(press({ key: "a" }))).toBe(false));
  test("Chromium: keydown while composing", () => expect(isEnter(press({ isComposing: true, keyCode: 229 }))).toBe(false));
  test("keyCode 229 without isComposing (macOS, after compositionend)", () => expect(isEnter(press({ keyCode: 229 }))).toBe(false));
  test("Safari: compositionend first, then a plain Enter within 100 ms", () => {
    noteCompositionEnd(9_950);
    expect(isImeEnter(press())).toBe(true);
    expect(isEnter(press({ timeStamp: 10_100 }))).toBe(true);
  });
});
