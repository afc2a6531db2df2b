// Keeps a scroll box at its end while content grows, and lets go the moment the reader moves up. Scroll events are told
// apart by position, not by time: a position that we wrote is ours, every other one is the reader's or the browser's.

export interface StickOptions {
  /** Nearer to the end than this, scrolling down follows again. */
  repinWithin?: number;
  /** "Jump to latest" shows beyond this distance and hides within the other. */
  jumpShowsBeyond?: number;
  jumpHidesWithin?: number;
}

export interface StickState {
  isPinned: boolean;
  /** The end is far away: offer a way back. */
  isJumpOffered: boolean;
  /** Something was added below while the reader was elsewhere. */
  hasNewBelow: boolean;
}

export interface ScrollMetrics {
  top: number;
  height: number;
  viewport: number;
}

const UPWARD_SLACK = 3;
const POSITION_SLACK = 1.5;

/** The rules without a document: fed with positions, it says where to scroll to. */
export class StickRules {
  readonly #repinWithin: number;
  readonly #jumpShowsBeyond: number;
  readonly #jumpHidesWithin: number;
  #isPinned = true;
  #isJumpOffered = false;
  #hasNewBelow = false;
  #written: number | null = null;
  #last: ScrollMetrics = { top: 0, height: 0, viewport: 0 };

  constructor(options: StickOptions = {}) {
    this.#repinWithin = options.repinWithin ?? 40;
    this.#jumpShowsBeyond = options.jumpShowsBeyond ?? 200;
    this.#jumpHidesWithin = options.jumpHidesWithin ?? 60;
  }

  get state(): StickState {
    return { isPinned: this.#isPinned, isJumpOffered: this.#isJumpOffered, hasNewBelow: this.#hasNewBelow };
  }

  /** Where the box must be scrolled to, or null when it must be left alone. */
  target(now: ScrollMetrics): number | null {
    if (!this.#isPinned) return null;
    const end = endOf(now);
    return Math.abs(end - now.top) > POSITION_SLACK ? end : null;
  }

  /** Notes a position that we are about to write. */
  wrote(top: number): void {
    this.#written = top;
  }

  /** A scroll event came. */
  scrolled(now: ScrollMetrics): void {
    const isOurs = this.#written !== null && Math.abs(now.top - this.#written) <= POSITION_SLACK;
    const isClamp = now.height < this.#last.height && Math.abs(now.top - endOf(now)) <= POSITION_SLACK;
    const isViewportChange = now.viewport !== this.#last.viewport;
    if (!isOurs && !isClamp && !isViewportChange) this.#readerMoved(now);
    this.#remember(now);
  }

  /** The content or the box changed its size. */
  resized(now: ScrollMetrics): void {
    if (!this.#isPinned && now.height > this.#last.height && distance(now) > this.#jumpHidesWithin) this.#hasNewBelow = true;
    this.#remember(now);
  }

  /** Wheel, touch, key or scrollbar upward: let go before the position even changes. */
  intendUp(now: ScrollMetrics): void {
    if (now.top <= 0 && endOf(now) <= 0) return;
    this.#isPinned = false;
    this.#written = null;
  }

  /** A movement down at the end makes no scroll event, so it is told apart from those. */
  intendDown(now: ScrollMetrics): void {
    if (distance(now) <= this.#repinWithin) this.pin();
  }

  /** Follow from now on: after a send, or by "Jump to latest". */
  pin(): void {
    this.#isPinned = true;
    this.#hasNewBelow = false;
    this.#isJumpOffered = false;
  }

  unpin(): void {
    this.#isPinned = false;
  }

  #readerMoved(now: ScrollMetrics): void {
    const moved = now.top - this.#last.top;
    this.#written = null;
    if (moved < -UPWARD_SLACK) this.#isPinned = false;
    else if (moved > 0 && distance(now) <= this.#repinWithin) this.pin();
  }

  #remember(now: ScrollMetrics): void {
    this.#last = { ...now };
    const away = distance(now);
    if (this.#isPinned || away < this.#jumpHidesWithin) this.#isJumpOffered = false;
    else if (away > this.#jumpShowsBeyond) this.#isJumpOffered = true;
    if (away <= POSITION_SLACK) this.#hasNewBelow = false;
  }
}

function endOf(metrics: ScrollMetrics): number {
  return Math.max(0, metrics.height - metrics.viewport);
}

function distance(metrics: ScrollMetrics): number {
  return endOf(metrics) - metrics.top;
}
