/** The models used last in this browser, newest first. */
import { signal } from "@preact/signals";
import { readLocal, writeLocal } from "../../lib/platform";
import { scope } from "../../lib/state/boot";

const STORE = `chatbox.recentModels${scope}`;
const MAX = 3;

function restore(): readonly string[] {
  const kept = readLocal(STORE);
  return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === "string").slice(0, MAX) : [];
}

export const recent = signal<readonly string[]>(restore());

export function noteRecent(id: string): void {
  recent.value = [id, ...recent.peek().filter((other) => other !== id)].slice(0, MAX);
  writeLocal(STORE, recent.peek());
}
