/**
 * Unsent text, per session. Kept in memory at once, in IndexedDB 150 ms later and when the page
 * hides; thrown away only after the server has acknowledged the message.
 */
import { signal } from "@preact/signals";
import { readLocal, storage, writeLocal } from "../platform/storage";
import { scope } from "./boot";

export interface Draft {
  text: string;
  at: number;
}

/** The key of the draft on the page for a new chat. */
export const NEW_DRAFT = "new";

const PREFIX = `draft${scope}:`;
/** Written while the page goes away, when IndexedDB may no longer get to it. */
const LATE = `chatbox.lateDrafts${scope}`;
const DELAY = 150;
const MAX_AGE = 30 * 86_400_000;

const memory = new Map<string, Draft>();
/** What is not stored for certain yet: a page that goes away takes its requests to IndexedDB along. */
const dirty = new Map<string, Draft>();
let timer: ReturnType<typeof setTimeout> | null = null;

/** Sessions that have a draft: the pencil in the sidebar. */
const ids = signal<ReadonlySet<string>>(new Set());

function noteId(id: string, present: boolean): void {
  if (ids.peek().has(id) === present) return;
  const next = new Set(ids.peek());
  if (present) next.add(id);
  else next.delete(id);
  ids.value = next;
}

function isDraft(value: unknown): value is Draft {
  return typeof value === "object" && value !== null && "text" in value && typeof value.text === "string";
}

function flush(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  for (const [id, draft] of dirty) void store(id, draft);
}

async function store(id: string, draft: Draft): Promise<void> {
  if (draft.text === "") await storage.remove(PREFIX + id);
  else await storage.set(PREFIX + id, draft);
  if (dirty.get(id) !== draft) return;
  dirty.delete(id);
  const { [id]: _stored, ...late } = readLate();
  if (_stored !== undefined) writeLocal(LATE, late);
}

function readLate(): Record<string, unknown> {
  const late = readLocal(LATE);
  return typeof late === "object" && late !== null ? { ...late } : {};
}

/** The page may be gone in a moment: what is not stored yet is also written at once. */
function flushLate(): void {
  if (dirty.size > 0) writeLocal(LATE, { ...readLate(), ...Object.fromEntries(dirty) });
  flush();
}

/** What an earlier page wrote on its way out moves to where drafts are kept. */
function takeLate(): void {
  for (const [id, draft] of Object.entries(readLate())) {
    if (memory.has(id) || !isDraft(draft)) continue;
    memory.set(id, draft);
    noteId(id, draft.text.trim() !== "");
    dirty.set(id, draft);
  }
  flush();
}

/** Remembers the text; "" forgets the draft. */
function save(id: string, text: string): void {
  const draft = { text, at: Date.now() };
  memory.set(id, draft);
  noteId(id, text.trim() !== "");
  dirty.set(id, draft);
  timer ??= setTimeout(flush, DELAY);
}

async function load(id: string): Promise<string> {
  const known = memory.get(id);
  if (known !== undefined) return known.text;
  const stored = await storage.get(PREFIX + id);
  const late = memory.get(id);
  if (late !== undefined) return late.text;
  if (!isDraft(stored)) return "";
  memory.set(id, stored);
  return stored.text;
}

/** The draft when it is in memory already, so that a visited session shows it without a wait. */
const peek = (id: string): string | undefined => memory.get(id)?.text;

/** Empties the composer while the text stays stored: it is on its way, but not acknowledged yet. */
function hold(id: string): void {
  flush();
  memory.set(id, { text: "", at: Date.now() });
  noteId(id, false);
}

/** Forgets the stored text, unless something new has been typed since. */
function clear(id: string): void {
  if ((memory.get(id)?.text ?? "") !== "") return;
  save(id, "");
  flush();
}

/** Finds the drafts left from earlier visits and drops those older than 30 days. */
async function restore(): Promise<void> {
  const keys = (await storage.keys(PREFIX)).filter((key) => key.startsWith(PREFIX));
  for (const key of keys) {
    const id = key.slice(PREFIX.length);
    const stored = await storage.get(key);
    if (!isDraft(stored) || Date.now() - stored.at > MAX_AGE) void storage.remove(key);
    else if (stored.text.trim() !== "" && !memory.has(id)) noteId(id, true);
  }
}

/** The user signs out: nothing that is typed here is kept any more. */
function forget(): void {
  if (timer !== null) clearTimeout(timer);
  memory.clear();
  dirty.clear();
  ids.value = new Set();
}

if (typeof window !== "undefined") {
  takeLate();
  window.addEventListener("pagehide", flushLate);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) flushLate();
  });
}

export const drafts = { ids, save, load, peek, hold, clear, flush, restore, forget };
