// Half-typed markdown at the end of a streaming reply, completed for display: no raw `**`, no broken table, no torn link.

import { completeTable } from './complete-table';

const BLOCK_START = /^ {0,3}(?:#{1,6} |>|[*+-] |\d{1,9}[.)] )/;
/** A last line that may still become a rule, an underlined heading, a list item, a fence or a table. */
const UNDECIDED_LINE = /(^|\n)[ \t]*(?:-{1,2}|=+|#{1,6}|>+|\d{1,9}[.)]?|[*+]{1,2}|_{1,2}|`{1,2}|~{1,2}|\|)[ \t]*$/;
const MAX_RUN = 8_000;

/** `tail` is the source of the last block; the result is lexed instead of it. */
export function completeTail(tail: string): string {
  if (hasOpenFence(tail)) return tail;
  const decided = tail.replace(UNDECIDED_LINE, '$1');
  const from = runStart(decided);
  const run = decided.slice(from);
  if (run.length > MAX_RUN) return decided;
  return completeTable(decided.slice(0, from) + completeInline(run));
}

function hasOpenFence(text: string): boolean {
  let fence: string | null = null;
  for (const match of text.matchAll(/^[ \t>]*(?:(?:[*+-]|\d{1,9}[.)]) +)*(`{3,}|~{3,})([^\n]*)$/gm)) {
    const mark = match[1] ?? '';
    if (fence === null) fence = mark;
    else if (mark.startsWith(fence) && (match[2] ?? '').trim() === '') fence = null;
  }
  return fence !== null;
}

/** Where the run of inline text that the stream is in begins: after a blank line, or at the last block marker or row. */
function runStart(text: string): number {
  let start = text.lastIndexOf('\n\n') + 1;
  for (let at = text.lastIndexOf('\n'); at > start; at = text.lastIndexOf('\n', at - 1)) {
    const line = text.slice(at + 1, at + 40);
    if (line.trimStart().startsWith('|') || BLOCK_START.test(line.trimStart())) {
      start = at + 1;
      break;
    }
  }
  const row = text.slice(start);
  const isRow = row.trimStart().startsWith('|');
  return isRow ? start + row.lastIndexOf('|') : start;
}

/** Closes what is open and hides what cannot be told yet. */
export function completeInline(run: string): string {
  const scan = new Scan(run);
  return scan.complete();
}

const CLOSERS: Record<string, string> = { '$$': '$$', '\\(': '\\)', '\\[': '\\]' };

/** One pass over a run of inline text that keeps the delimiters still open. */
class Scan {
  readonly #text: string;
  #at = 0;
  #open: string[] = [];
  /** Where brackets opened, innermost last; an image's position is its `!`. */
  #brackets: number[] = [];
  /** Length of a closing delimiter at the very end that is only half typed. */
  #halfCloser = 0;

  constructor(text: string) {
    this.#text = text;
  }

  complete(): string {
    while (this.#at < this.#text.length) {
      const ended = this.#step();
      if (ended !== null) return ended;
    }
    return this.#close(this.#hideBracket(this.#text.slice(0, this.#text.length - this.#halfCloser)));
  }

  /** Moves on by one construct; returns the completed text when an unclosed span swallows the rest. */
  #step(): string | null {
    const text = this.#text;
    const char = text.charAt(this.#at);
    const math = char === '$' || char === '\\' ? text.slice(this.#at, this.#at + 2) : '';
    if (Object.hasOwn(CLOSERS, math)) return this.#skipTo(math, CLOSERS[math] as string);
    if (char === '\\') this.#at += 2;
    else if (char === '`') return this.#skipTo(runOf(text, this.#at), runOf(text, this.#at));
    else if (char === '*' || char === '_' || char === '~') this.#delimiter(runOf(text, this.#at));
    else if (char === '[') this.#openBracket();
    else if (char === ']') return this.#closeBracket();
    else if (char === '<') return this.#tag();
    else this.#at++;
    return null;
  }

  #skipTo(open: string, close: string): string | null {
    const from = this.#at + open.length;
    const end = this.#text.indexOf(close, from);
    if (end >= 0) {
      this.#at = end + close.length;
      return null;
    }
    const inside = this.#text.slice(from);
    const before = this.#text.slice(0, this.#at);
    if (inside.trim() === '') return this.#close(this.#hideBracket(before));
    const half = close.length > 1 && inside.endsWith(close.charAt(0)) ? inside.slice(0, -1) : inside;
    return this.#close(this.#hideBracket(`${before}${open}${half}${close}`));
  }

  #delimiter(run: string): void {
    const before = this.#text.charAt(this.#at - 1);
    const after = this.#text.charAt(this.#at + run.length);
    this.#at += run.length;
    if (run.charAt(0) === '~' && run.length > 2) return;
    if (run.charAt(0) === '_' && isWord(before) && isWord(after)) return;
    const canClose = before !== '' && !/\s/.test(before);
    const canOpen = after !== '' && !/\s/.test(after);
    const last = this.#open.at(-1);
    if (canClose && after === '' && last?.startsWith(run) && run.length < last.length) {
      this.#halfCloser = run.length;
      return;
    }
    if (canClose) run = this.#closeDelimiters(run);
    if (run !== '' && (canOpen || after === '')) this.#open.push(run.slice(0, 3));
  }

  /** Takes matching open delimiters off the stack; returns what is left of the run. */
  #closeDelimiters(run: string): string {
    for (let last = this.#open.at(-1); run !== '' && last?.startsWith(run.charAt(0)); last = this.#open.at(-1)) {
      const taken = Math.min(last.length, run.length);
      run = run.slice(taken);
      this.#open.pop();
      if (last.length > taken) this.#open.push(last.slice(taken));
    }
    return run;
  }

  #openBracket(): void {
    const isImage = this.#text.charAt(this.#at - 1) === '!';
    this.#brackets.push(isImage ? this.#at - 1 : this.#at);
    this.#at++;
  }

  /** `](` without its end: the address is still coming, so only the link's text is shown, and nothing of an image. */
  #closeBracket(): string | null {
    const text = this.#text;
    const opened = this.#brackets.pop();
    const next = this.#at + 1;
    this.#at = next;
    if (opened === undefined) return null;
    if (next === text.length) return this.#withoutBrackets(opened, next);
    if (text.charAt(next) !== '(') return null;
    const end = closingParen(text, next);
    if (end >= 0) {
      this.#at = end + 1;
      return null;
    }
    return this.#withoutBrackets(opened, next);
  }

  /** An address may still follow `[text]`; a footnote mark is whole, a task's box waits for its text. */
  #withoutBrackets(opened: number, end: number): string {
    const text = this.#text;
    const label = text.slice(opened + 1, end - 1);
    if (label.startsWith('^')) return this.#close(text);
    const isHidden = text.charAt(opened) === '!' || /^[ xX]?$/.test(label);
    return this.#close(this.#hideBracket(text.slice(0, opened) + (isHidden ? '' : label)));
  }

  #tag(): string | null {
    const rest = this.#text.slice(this.#at);
    const isOpen = /^<[A-Za-z/!][^>\n]{0,200}$/.test(rest) || rest === '<';
    if (isOpen) return this.#close(this.#hideBracket(this.#text.slice(0, this.#at)));
    this.#at++;
    return null;
  }

  /** Hides a bracket that opened shortly before the end; a footnote mark or image is hidden whole. */
  #hideBracket(text: string): string {
    const opened = this.#brackets.pop();
    this.#brackets = [];
    if (opened === undefined || isWord(text.charAt(opened - 1))) return text;
    if (/^(?:!\[|\[\^)/.test(text.slice(opened))) return text.slice(0, opened);
    return text.slice(0, opened) + text.slice(opened + 1);
  }

  /** Appends the closing delimiters; trailing ones that hold nothing yet are taken away. */
  #close(text: string): string {
    let shown = text.trimEnd();
    for (const mark of this.#open.toReversed()) {
      const stripped = shown.replace(/(?<!\\)[*_~]+$/, '');
      const isEmpty = stripped !== shown && shown.endsWith(mark);
      if (isEmpty) {
        shown = shown.slice(0, -mark.length).trimEnd();
      } else {
        shown += mark.startsWith('~') && mark.length === 1 ? '' : mark;
      }
    }
    return shown === text.trimEnd() ? text : shown;
  }
}

function runOf(text: string, at: number): string {
  let end = at + 1;
  while (text.charAt(end) === text.charAt(at)) end++;
  return text.slice(at, end);
}

function isWord(char: string): boolean {
  return /[\p{L}\p{N}]/u.test(char);
}

function closingParen(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at++;
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return at;
    else if (char === '\n' && text.charAt(at + 1) === '\n') return -1;
  }
  return -1;
}
