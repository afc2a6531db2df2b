/** Sessions with a reply nobody has looked at, shared between tabs through localStorage. */
import { signal } from "@preact/signals";
import { scope } from "./boot";

const KEY = `chatbox:unread${scope}`;
const MAX = 200;

function read(): ReadonlySet<string> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return new Set(Array.isArray(value) ? value.filter((id) => typeof id === "string") : []);
  } catch {
    return new Set();
  }
}

const ids = signal<ReadonlySet<string>>(read());

function write(next: ReadonlySet<string>): void {
  ids.value = next;
  try {
    localStorage.setItem(KEY, JSON.stringify([...next].slice(-MAX)));
  } catch {
    // Private windows may refuse; the mark then lives in this tab only.
  }
}

function mark(id: string): void {
  if (!ids.value.has(id)) write(new Set(ids.value).add(id));
}

function clear(id: string): void {
  if (!ids.value.has(id)) return;
  const next = new Set(ids.value);
  next.delete(id);
  write(next);
}

if (typeof window !== "undefined") {
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) ids.value = read();
  });
}

export const unread = { ids, mark, clear };
