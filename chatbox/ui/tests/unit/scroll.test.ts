// The scroll rules without a browser: positions in, decisions out.

import { expect, test } from 'vitest';
import { estimateHeight } from '../../src/lib/scroll/heights';
import { spacerHeight } from '../../src/lib/scroll/send-anchor';
import { type ScrollMetrics, StickRules } from '../../src/lib/scroll/stick';
import { afterAppend, afterPrepend, clampWindow, extendDown, extendUp, latestWindow, windowAround } from '../../src/lib/scroll/window';

const at = (top: number, height = 2_000, viewport = 500): ScrollMetrics => ({ top, height, viewport });

/** Follows as the controller does: writes the target, gets the scroll event for it. */
function follow(rules: StickRules, now: ScrollMetrics): ScrollMetrics {
  rules.resized(now);
  const target = rules.target(now);
  if (target === null) return now;
  rules.wrote(target);
  const moved = { ...now, top: target };
  rules.scrolled(moved);
  return moved;
}

test('follows growing content', () => {
  const rules = new StickRules();
  let now = follow(rules, at(0));
  expect(now.top).toBe(1_500);
  now = follow(rules, { ...now, height: 2_300 });
  expect(now.top).toBe(1_800);
  expect(rules.state.isPinned).toBe(true);
});

test('lets go at once on the intent to go up, and content then moves nothing', () => {
  const rules = new StickRules();
  const now = follow(rules, at(0));
  rules.intendUp(now);
  expect(rules.target({ ...now, height: 2_400 })).toBeNull();
  rules.resized({ ...now, height: 2_400 });
  expect(rules.state).toMatchObject({ isPinned: false, hasNewBelow: true });
});

test('a scrollbar drag upward lets go, a tiny wobble does not', () => {
  const rules = new StickRules();
  follow(rules, at(0));
  rules.scrolled(at(1_498));
  expect(rules.state.isPinned).toBe(true);
  rules.scrolled(at(1_400));
  expect(rules.state.isPinned).toBe(false);
});

test('a clamp by shrinking content and a change of the viewport are not the reader', () => {
  const rules = new StickRules();
  follow(rules, at(0));
  rules.scrolled(at(1_300, 1_800));
  expect(rules.state.isPinned).toBe(true);
  rules.scrolled(at(1_100, 1_800, 300));
  expect(rules.state.isPinned).toBe(true);
});

test('coming back near the end follows again', () => {
  const rules = new StickRules();
  follow(rules, at(0));
  rules.scrolled(at(1_000));
  expect(rules.state).toMatchObject({ isPinned: false, isJumpOffered: true });
  rules.scrolled(at(1_420));
  expect(rules.state).toMatchObject({ isPinned: false, isJumpOffered: true });
  rules.scrolled(at(1_445));
  expect(rules.state.isJumpOffered).toBe(false);
  rules.scrolled(at(1_470));
  expect(rules.state).toMatchObject({ isPinned: true, hasNewBelow: false });
});

test('a downward wheel at the very end follows again', () => {
  const rules = new StickRules();
  const now = follow(rules, at(0));
  rules.intendUp(now);
  rules.intendDown(now);
  expect(rules.state.isPinned).toBe(true);
});

test('a short chat cannot be let go', () => {
  const rules = new StickRules();
  rules.intendUp(at(0, 300));
  expect(rules.state.isPinned).toBe(true);
});

test('the spacer gives up what the reply takes', () => {
  expect(spacerHeight({ viewport: 800, below: 100, gap: 16 })).toBe(684);
  expect(spacerHeight({ viewport: 800, below: 500, gap: 16 })).toBe(284);
  expect(spacerHeight({ viewport: 800, below: 2_000, gap: 16 })).toBe(0);
});

test('the window stays between 60 and 240 messages', () => {
  let window = latestWindow(2_000);
  expect(window).toEqual({ start: 1_940, end: 2_000 });
  for (let step = 0; step < 5; step++) window = extendUp(window);
  expect(window).toEqual({ start: 1_640, end: 1_880 });
  expect(extendDown(window, 2_000)).toEqual({ start: 1_700, end: 1_940 });
  expect(afterPrepend({ start: 0, end: 60 }, 50)).toEqual({ start: 50, end: 110 });
  expect(afterAppend({ start: 0, end: 60 }, 60, 61)).toEqual({ start: 0, end: 61 });
  expect(afterAppend({ start: 0, end: 60 }, 100, 101)).toEqual({ start: 0, end: 60 });
  expect(clampWindow({ start: 0, end: 60 }, 10)).toEqual({ start: 0, end: 10 });
  expect(windowAround(5, 2_000)).toEqual({ start: 0, end: 60 });
  expect(latestWindow(3)).toEqual({ start: 0, end: 3 });
});

test('heights grow with the text and count wide scripts double', () => {
  expect(estimateHeight('')).toBe(50);
  expect(estimateHeight('a'.repeat(920))).toBe(24 + 26 * 10);
  expect(estimateHeight('字'.repeat(92))).toBe(24 + 26 * 2);
});
