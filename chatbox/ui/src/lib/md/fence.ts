// A code fence that is still open at the end of the stream: its text grows by appending, nothing is lexed again.

import { codeBlock, codeElement, languageOf } from './code-block';
import type { MarkdownLabels } from './labels';

const OPENING = /^(`{3,}(?=[^`\n]*\n)|~{3,}(?=[^\n]*\n))([^\n]*)\n/;

/** No closing line is longer. */
const MAX_CLOSING = 1_000;

export interface OpenedFence {
  fence: OpenFence;
  /** Length of the opening line. */
  length: number;
}

/** Only fences that start at the margin; indented ones go the slow way. */
export function openFence(source: string, labels: MarkdownLabels): OpenedFence | null {
  const match = OPENING.exec(source);
  if (!match) return null;
  const mark = match[1] ?? '';
  return { fence: new OpenFence(mark, languageOf(match[2]), labels), length: match[0].length };
}

export class OpenFence {
  readonly node: HTMLElement;
  readonly #text: Text;
  readonly #closing: RegExp;
  #isEmpty = true;
  #partial = '';

  constructor(mark: string, language: string, labels: MarkdownLabels) {
    this.node = codeBlock('', language, labels);
    this.#text = codeElement(this.node)?.firstChild as Text;
    this.#closing = new RegExp(`^ {0,3}${mark}[~\`]* *$`);
  }

  /** Takes the new source; returns how many characters belong to this block so far and whether it ended. */
  take(source: string): { taken: number; isClosed: boolean } {
    let at = 0;
    for (let end = source.indexOf('\n'); end >= 0; end = source.indexOf('\n', at)) {
      if (this.#closing.test(source.slice(at, Math.min(end, at + MAX_CLOSING)))) {
        this.#append(source.slice(0, Math.max(0, at - 1)), at > 0);
        return { taken: end, isClosed: true };
      }
      at = end + 1;
    }
    this.#append(source.slice(0, Math.max(0, at - 1)), at > 0);
    return { taken: at, isClosed: false };
  }

  /** The unfinished last line, shown unless it may be the closing fence. */
  showPartial(line: string): void {
    if (line === '' || /^ {0,3}[`~]+ *$/.test(line)) return;
    this.#partial = (this.#isEmpty ? '' : '\n') + line;
    this.#text.appendData(this.#partial);
  }

  hidePartial(): void {
    if (this.#partial === '') return;
    this.#text.deleteData(this.#text.length - this.#partial.length, this.#partial.length);
    this.#partial = '';
  }

  setText(text: string): void {
    if (this.#text.data !== text) this.#text.data = text;
  }

  /** Whole lines without the last line feed. */
  #append(lines: string, hasLines: boolean): void {
    if (!hasLines) return;
    this.#text.appendData(this.#isEmpty ? lines : `\n${lines}`);
    this.#isEmpty = false;
  }
}
