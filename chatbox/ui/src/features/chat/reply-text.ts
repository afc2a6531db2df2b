/**
 * Keeps one MarkdownView in step with a reply: the text as fetched, then the stream, then the
 * stored result. What is on the screen already is never shown twice and never flashes.
 */
import type { LiveRun } from "../../lib/state/runs";
import type { RunState } from "../../lib/net/run-reducer";

/** The part of MarkdownView that this needs. */
export interface TextView {
  append(text: string): void;
  reset(text: string): void;
  finish(): void;
}

export class ReplyText {
  private shown = "";
  private epoch = -1;
  private finished = true;

  constructor(private readonly view: TextView) {}

  /** The whole text is known: a finished reply, or a pending one before its events arrive. */
  settle(text: string): void {
    if (text !== this.shown) {
      if (this.shown !== "" && text.startsWith(this.shown)) this.view.append(text.slice(this.shown.length));
      else if (text !== "" || this.shown !== "") this.view.reset(text);
      this.shown = text;
      this.finished = false;
    }
    if (!this.finished) this.view.finish();
    this.finished = true;
    this.epoch = -1;
  }

  /** The stream went on. `added` is the new piece when the text only grew, else null. */
  follow(state: RunState, added: string | null): void {
    if (added !== null && this.epoch === state.epoch && this.shown.length + added.length === state.text.length) {
      this.append(added, state);
      return;
    }
    this.catchUp(state);
  }

  private append(text: string, state: RunState): void {
    if (text === "") return;
    this.view.append(text);
    this.shown = state.text;
    this.finished = false;
  }

  /** After a restart the old text stays until the new one is as long, so that nothing flickers. */
  private catchUp(state: RunState): void {
    const { text } = state;
    if (state.status === "running" && text.length < this.shown.length && this.shown.startsWith(text)) return;
    this.epoch = state.epoch;
    if (text.startsWith(this.shown)) {
      this.append(text.slice(this.shown.length), state);
      this.shown = text;
      return;
    }
    this.view.reset(text);
    this.shown = text;
    this.finished = true;
  }

  start(run: LiveRun): void {
    if (run.state.seq > 0) this.catchUp(run.state);
  }
}
