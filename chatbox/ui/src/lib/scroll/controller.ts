// Binds the stick-to-end rules to a scroll box: observes sizes, reads the reader's intent, writes positions.

import { type ScrollMetrics, type StickOptions, type StickState, StickRules } from './stick';

export interface StickControllerOptions extends StickOptions {
  onState?: (state: StickState) => void;
}

const UP_KEYS = new Set(['ArrowUp', 'PageUp', 'Home']);
const DOWN_KEYS = new Set(['ArrowDown', 'PageDown', 'End']);

export class StickController {
  readonly #box: HTMLElement;
  readonly #rules: StickRules;
  readonly #onState: ((state: StickState) => void) | undefined;
  readonly #observer: ResizeObserver;
  readonly #cleanUp: AbortController = new AbortController();
  #reported = '';
  #touchY: number | null = null;

  /** `box` scrolls, `content` grows inside it. */
  constructor(box: HTMLElement, content: HTMLElement, options: StickControllerOptions = {}) {
    this.#box = box;
    this.#rules = new StickRules(options);
    this.#onState = options.onState;
    this.#observer = new ResizeObserver(() => this.contentChanged());
    this.#observer.observe(content);
    this.#observer.observe(box);
    this.#listen();
    this.contentChanged();
  }

  get state(): StickState {
    return this.#rules.state;
  }

  /** Call after changing the content, to follow in the same frame instead of the next. */
  contentChanged(): void {
    this.#rules.resized(this.#metrics());
    this.#follow();
    this.#report();
  }

  jumpToLatest(): void {
    this.#rules.pin();
    this.#follow();
    this.#report();
  }

  /** Leaves the position alone until the reader comes back to the end. */
  release(): void {
    this.#rules.unpin();
    this.#report();
  }

  /** Scrolls by program without taking it for the reader's doing. */
  scrollTo(top: number): void {
    const end = Math.max(0, this.#box.scrollHeight - this.#box.clientHeight);
    const written = Math.min(Math.max(0, top), end);
    this.#rules.wrote(written);
    this.#box.scrollTop = written;
    this.#rules.scrolled(this.#metrics());
    this.#report();
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#cleanUp.abort();
  }

  #listen(): void {
    const { signal } = this.#cleanUp;
    const passive = { passive: true, signal };
    this.#box.addEventListener('scroll', () => this.#scrolled(), passive);
    this.#box.addEventListener('wheel', (event) => this.#wheel(event), passive);
    this.#box.addEventListener('touchstart', (event) => this.#touchStart(event), passive);
    this.#box.addEventListener('touchmove', (event) => this.#touchMove(event), passive);
    this.#box.addEventListener('keydown', (event) => this.#key(event), { signal });
  }

  #scrolled(): void {
    this.#rules.scrolled(this.#metrics());
    this.#report();
  }

  #wheel(event: WheelEvent): void {
    const isZoom = event.ctrlKey;
    const isUp = event.deltaY < 0 && Math.abs(event.deltaY) >= Math.abs(event.deltaX);
    if (isZoom) return;
    if (isUp && !this.#isTakenInside(event.target)) this.#letGo();
    if (event.deltaY > 0) this.#comeBack();
  }

  #touchStart(event: TouchEvent): void {
    this.#touchY = event.touches.length === 1 ? (event.touches[0]?.clientY ?? null) : null;
  }

  /** A finger moving down pulls the content down: the reader goes up. */
  #touchMove(event: TouchEvent): void {
    const y = event.touches.length === 1 ? event.touches[0]?.clientY : undefined;
    if (y === undefined || this.#touchY === null) return;
    if (y - this.#touchY > 3 && !this.#isTakenInside(event.target)) this.#letGo();
  }

  #key(event: KeyboardEvent): void {
    const isUp = UP_KEYS.has(event.key) || (event.key === ' ' && event.shiftKey);
    const target = event.target as HTMLElement;
    const isTyping = target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    if (isTyping) return;
    if (isUp && !this.#isTakenInside(target)) this.#letGo();
    if (DOWN_KEYS.has(event.key)) this.#comeBack();
  }

  /** A box inside (code, table) that can still scroll up takes the movement for itself. */
  #isTakenInside(target: EventTarget | null): boolean {
    for (let node = target as Element | null; node && node !== this.#box; node = node.parentElement) {
      if (node.scrollTop > 0 && node.scrollHeight > node.clientHeight) {
        const overflow = getComputedStyle(node).overflowY;
        if (overflow === 'auto' || overflow === 'scroll') return true;
      }
    }
    return false;
  }

  #letGo(): void {
    this.#rules.intendUp(this.#metrics());
    this.#report();
  }

  #comeBack(): void {
    this.#rules.intendDown(this.#metrics());
    this.#report();
  }

  #follow(): void {
    const target = this.#rules.target(this.#metrics());
    if (target !== null) this.scrollTo(target);
  }

  #metrics(): ScrollMetrics {
    return { top: this.#box.scrollTop, height: this.#box.scrollHeight, viewport: this.#box.clientHeight };
  }

  /** `data-pinned` lets the stylesheet switch native scroll anchoring on for readers who are elsewhere. */
  #report(): void {
    const { state } = this;
    const summary = JSON.stringify(state);
    if (summary === this.#reported) return;
    this.#reported = summary;
    this.#box.toggleAttribute('data-pinned', state.isPinned);
    this.#onState?.(state);
  }
}
