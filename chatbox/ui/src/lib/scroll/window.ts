// Which messages of a long chat are mounted: the last 60 at first, more as the reader goes up, never above 240.

export const WINDOW_SIZE = 60;
export const WINDOW_CAP = 240;
const STEP = 60;

/** Half-open range of indexes into the list of loaded messages, oldest first. */
export interface MessageWindow {
  start: number;
  end: number;
}

export function latestWindow(count: number): MessageWindow {
  return { start: Math.max(0, count - WINDOW_SIZE), end: count };
}

export function windowAround(index: number, count: number): MessageWindow {
  const start = Math.max(0, Math.min(index - WINDOW_SIZE / 2, count - WINDOW_SIZE));
  return { start, end: Math.min(count, start + WINDOW_SIZE) };
}

/** The reader nears the top: mount older ones and, beyond the cap, let newer ones go. */
export function extendUp(current: MessageWindow): MessageWindow {
  const start = Math.max(0, current.start - STEP);
  return { start, end: Math.min(current.end, start + WINDOW_CAP) };
}

export function extendDown(current: MessageWindow, count: number): MessageWindow {
  const end = Math.min(count, current.end + STEP);
  return { start: Math.max(current.start, end - WINDOW_CAP), end };
}

/** The list grew at its end; a window that showed the end goes on showing it. */
export function afterAppend(current: MessageWindow, before: number, count: number): MessageWindow {
  if (current.end < before) return current;
  return { start: Math.max(current.start, count - WINDOW_CAP), end: count };
}

/** Older messages were loaded in front of the list: the same messages stay mounted. */
export function afterPrepend(current: MessageWindow, added: number): MessageWindow {
  return { start: current.start + added, end: current.end + added };
}

/** Messages were removed or a branch was switched. */
export function clampWindow(current: MessageWindow, count: number): MessageWindow {
  if (current.start >= count) return latestWindow(count);
  return { start: current.start, end: Math.min(current.end, count) };
}

/**
 * Runs a change of the mounted messages and keeps `anchor` (an element that stays mounted) where the reader sees it.
 * Browsers with scroll anchoring may have done it already; only the rest is corrected. Returns the new position.
 */
export function keepInPlace(box: HTMLElement, anchor: HTMLElement, change: () => void): number {
  const before = anchor.getBoundingClientRect().top;
  change();
  const drift = anchor.getBoundingClientRect().top - before;
  if (Math.abs(drift) >= 1) box.scrollTop += drift;
  return box.scrollTop;
}
