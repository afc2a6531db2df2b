// On send the question goes near the top and the reply fills the space below it: a spacer after the reply keeps the
// height of the whole constant until the reply is taller than the screen, so nothing moves meanwhile.

export interface AnchorGeometry {
  /** Visible height of the scroll box. */
  viewport: number;
  /** From the top of the question to the end of the content, without the spacer. */
  below: number;
  /** Free space to leave above the question. */
  gap: number;
}

/** Height that the spacer must have so that the question can stand `gap` below the top. */
export function spacerHeight({ viewport, below, gap }: AnchorGeometry): number {
  return Math.max(0, Math.ceil(viewport - gap - below));
}

const DEFAULT_GAP = 16;

export class SendAnchor {
  readonly #box: HTMLElement;
  readonly #spacer: HTMLElement;
  readonly #gap: number;
  #question: HTMLElement | null = null;

  /** `spacer` is an empty last child of the content. */
  constructor(box: HTMLElement, spacer: HTMLElement, gap = DEFAULT_GAP) {
    this.#box = box;
    this.#spacer = spacer;
    this.#gap = gap;
  }

  get isActive(): boolean {
    return this.#question !== null;
  }

  /** Makes room for the reply; returns the scroll position that puts the question near the top. */
  anchor(question: HTMLElement): number {
    this.#question = question;
    this.update();
    return this.#topOf(question) - this.#gap;
  }

  /** Call when the reply grew; the spacer gives up what the reply takes. */
  update(): void {
    const question = this.#question;
    if (!question) return;
    if (!question.isConnected) {
      this.release();
      return;
    }
    const below = this.#topOf(this.#spacer) - this.#topOf(question);
    const height = spacerHeight({ viewport: this.#box.clientHeight, below, gap: this.#gap });
    this.#spacer.style.setProperty('block-size', `${height}px`);
    if (height === 0) this.#question = null;
  }

  /** The chat was left or cleared. */
  release(): void {
    this.#question = null;
    this.#spacer.style.removeProperty('block-size');
  }

  #topOf(node: HTMLElement): number {
    return node.getBoundingClientRect().top - this.#box.getBoundingClientRect().top + this.#box.scrollTop;
  }
}
