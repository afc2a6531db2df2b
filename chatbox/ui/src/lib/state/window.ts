/**
 * The loaded part of a session's active branch, oldest message first. Pure functions: what is new
 * is merged in, and what did not change keeps its identity so that it is not rendered again.
 */
import type { Message } from "../api/types";

function isSame(a: Message, b: Message): boolean {
  return (
    a.status === b.status &&
    a.text === b.text &&
    a.finish_reason === b.finish_reason &&
    a.finished_at === b.finished_at &&
    a.pinned === b.pinned &&
    a.edited === b.edited &&
    a.turn_id === b.turn_id &&
    a.parts.length === b.parts.length &&
    a.usage?.output_tokens === b.usage?.output_tokens &&
    a.error?.code === b.error?.code &&
    a.sibling_ids.join() === b.sibling_ids.join()
  );
}

/** `fresh`, with the old objects wherever nothing changed. */
export function reuse(old: readonly Message[], fresh: readonly Message[]): readonly Message[] {
  const known = new Map(old.map((message) => [message.id, message]));
  const merged = fresh.map((message) => {
    const before = known.get(message.id);
    return before !== undefined && isSame(before, message) ? before : message;
  });
  const unchanged = merged.length === old.length && merged.every((message, at) => message === old[at]);
  return unchanged ? old : merged;
}

/**
 * Joins a freshly fetched end of the branch with what is loaded above it. A message has one parent,
 * so one common message is enough to know that everything before it is the same.
 * Returns null when the two have nothing in common.
 */
export function joinTail(
  current: readonly Message[],
  fresh: readonly Message[],
): readonly Message[] | null {
  const first = fresh[0];
  if (first === undefined) return null;
  let at = current.findIndex((message) => message.id === first.id);
  if (at < 0 && first.parent_id !== null) {
    const parent = current.findIndex((message) => message.id === first.parent_id);
    at = parent < 0 ? -1 : parent + 1;
  }
  if (at < 0) return null;
  return reuse(current, [...current.slice(0, at), ...fresh]);
}

/** Older messages before the loaded ones. */
export function joinOlder(older: readonly Message[], current: readonly Message[]): readonly Message[] {
  const known = new Set(current.map((message) => message.id));
  return [...older.filter((message) => !known.has(message.id)), ...current];
}

/** The branch as far as `parentId`; null stands for "before the first message". */
export function upTo(messages: readonly Message[], parentId: string | null): readonly Message[] | null {
  if (parentId === null) return [];
  const at = messages.findIndex((message) => message.id === parentId);
  return at < 0 ? null : messages.slice(0, at + 1);
}

/** Hangs new messages below their parent; null when the parent is not loaded. */
export function graft(messages: readonly Message[], added: readonly Message[]): readonly Message[] | null {
  const first = added[0];
  if (first === undefined) return messages;
  const same = messages.findIndex((message) => message.id === first.id);
  if (same >= 0) return reuse(messages, [...messages.slice(0, same), ...added]);
  const stem = upTo(messages, first.parent_id);
  return stem === null ? null : [...stem, ...added];
}
