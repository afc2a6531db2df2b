/** Building elements without HTML strings; text in backticks becomes code. */
export type Child = Node | string | null;

export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag, attributes: Record<string, string | boolean> = {}, ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function button(text: string, onClick: () => void, kind = ""): HTMLButtonElement {
  const made = el("button", { type: "button", class: `button ${kind}` }, text);
  made.addEventListener("click", onClick);
  return made;
}

/** Text whose `quoted` parts are code. */
export function inline(text: string): Child[] {
  return text.split(/(`[^`]+`)/).map((part) => (/^`.+`$/.test(part) ? el("code", {}, part.slice(1, -1)) : part));
}

export function paragraphs(text: string): HTMLElement[] {
  return text.split(/\n{2,}/).filter((part) => part.trim() !== "").map((part) => el("p", {}, ...inline(part)));
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)/g;
const LONGEST_COLOURED = 100_000;

/** JSON text with its keys, texts and numbers in colour. */
export function colouredJson(text: string): Child[] {
  if (text.length > LONGEST_COLOURED) return [text];
  const parts: Child[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, quoted, colon] = match;
    const kind = quoted === undefined ? "number" : colon === undefined ? "string" : "key";
    const token = quoted ?? whole;
    parts.push(text.slice(end, match.index), el("span", { class: `json-${kind}` }, token));
    end = match.index + token.length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** `text` indented when it is JSON, else as it is; `onOneLine` for a list of short ones. */
export function pretty(text: string, onOneLine = false): string {
  try {
    const indented = JSON.stringify(JSON.parse(text), null, 2);
    return onOneLine ? indented.replace(/\n\s*/g, " ") : indented;
  } catch {
    return text;
  }
}

/** A read-only block of code; it takes the focus so that the keyboard can scroll it. */
export function codeBlock(label: string, ...children: Child[]): HTMLPreElement {
  return el("pre", { tabindex: "0", role: "region", "aria-label": label }, el("code", {}, ...children));
}

let region: HTMLElement | null = null;

/** Tells readers of the screen, who do not see that a label changed. */
export function announce(text: string): void {
  if (region === null) {
    region = el("div", { class: "visually-hidden", role: "status" });
    document.body.append(region);
  }
  region.textContent = text;
}
