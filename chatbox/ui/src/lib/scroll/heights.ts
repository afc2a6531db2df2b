// Estimated message heights for content-visibility, used only where the browser anchors scrolling by itself: without
// that, skipped content makes the page jump.

/** These many last messages are always laid out. */
export const ALWAYS_VISIBLE = 6;

export interface TextMetrics {
  /** Width of the text column in pixels. */
  measure: number;
  lineHeight: number;
  /** Mean width of a character; wide scripts count double. */
  charWidth: number;
}

export const DEFAULT_METRICS: TextMetrics = { measure: 736, lineHeight: 26, charWidth: 8 };
const CHROME = 24;
const MAX_ESTIMATE = 40_000;

export function supportsSkipping(): boolean {
  return typeof CSS !== 'undefined' && CSS.supports('overflow-anchor', 'auto') && CSS.supports('content-visibility', 'auto');
}

/** From the number of characters in each line of the source. */
export function estimateHeight(text: string, metrics: TextMetrics = DEFAULT_METRICS): number {
  const perLine = Math.max(10, Math.floor(metrics.measure / metrics.charWidth));
  let lines = 0;
  for (const line of text.slice(0, 200_000).split('\n')) lines += Math.max(1, Math.ceil(widthOf(line) / perLine));
  return Math.min(MAX_ESTIMATE, CHROME + lines * metrics.lineHeight);
}

function widthOf(line: string): number {
  const wide = line.match(/[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]/g)?.length ?? 0;
  return line.length + wide;
}

/**
 * Lets the browser skip a settled message that is off screen; `auto` makes it remember the measured height. Without a
 * known height it is estimated from the text; one that has been laid out before must keep its own, or the page jumps.
 */
export function allowSkipping(message: HTMLElement, text: string, known?: number): void {
  if (!supportsSkipping()) return;
  const height = known ?? estimateHeight(text);
  message.style.setProperty('content-visibility', 'auto');
  message.style.setProperty('contain-intrinsic-block-size', `auto ${height}px`);
}

export function forbidSkipping(message: HTMLElement): void {
  message.style.removeProperty('content-visibility');
  message.style.removeProperty('contain-intrinsic-block-size');
}
