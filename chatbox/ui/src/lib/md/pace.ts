// When to show what has streamed in: at most once a frame, more rarely for long texts, never in a hidden tab.

const FIRST_MS = 33;
/** Once somebody is reading, six flushes a second read as well as thirty and cost a fifth. */
const READING_MS = 160;
const READING_TEXT = 4_000;
const LONG_MS = 200;
const LONG_TEXT = 100_000;
const LONG_TAIL = 20_000;
/** A slow flush is followed by a pause of so many times its length: the page stays usable whatever the text is. */
const REST_FACTOR = 8;

export class Pace {
  readonly #run: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #frame: number | null = null;
  #isWaitingForView = false;
  #lastStart = 0;
  #lastCost = 0;

  constructor(run: () => void) {
    this.#run = run;
  }

  /** `total` and `tail` are the lengths of the text and of the part that will be lexed. */
  request(total: number, tail: number): void {
    if (this.#timer !== null || this.#frame !== null || this.#isWaitingForView) return;
    if (document.hidden) {
      this.#isWaitingForView = true;
      document.addEventListener('visibilitychange', this.#onVisible);
      return;
    }
    const interval = total > LONG_TEXT || tail > LONG_TAIL ? LONG_MS : total > READING_TEXT ? READING_MS : FIRST_MS;
    const due = this.#lastStart + Math.max(interval, this.#lastCost * REST_FACTOR) - performance.now();
    if (due <= 8) this.#nextFrame();
    else this.#timer = setTimeout(() => this.#nextFrame(), due - 8);
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.#timer = null;
    this.#frame = null;
    this.#isWaitingForView = false;
  }

  #nextFrame(): void {
    this.#timer = null;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = null;
      this.#lastStart = performance.now();
      this.#run();
      this.#lastCost = performance.now() - this.#lastStart;
    });
  }

  readonly #onVisible = (): void => {
    if (document.hidden) return;
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.#isWaitingForView = false;
    this.#nextFrame();
  };
}
