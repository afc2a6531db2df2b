/** The session on the screen: its loaded messages and how far they have been fetched. */
import { computed, signal } from "@preact/signals";
import { api, ApiError, isApiError } from "../api/client";
import type { Message, Page, Session } from "../api/types";
import { outbox } from "./outbox";
import { runs } from "./runs";
import { sessions } from "./sessions";
import { unread } from "./unread";
import { joinOlder, joinTail, reuse } from "./window";

export type SessionStatus = "new" | "loading" | "ready" | "missing" | "deleted" | "failed";

interface Loaded {
  messages: readonly Message[];
  older: string | null;
}

const WINDOW = 60;
const TAIL = 20;
const CACHED = 12;

const openId = signal<string | null>(null);
const status = signal<SessionStatus>("new");
const messages = signal<readonly Message[]>([]);
const olderCursor = signal<string | null>(null);
const loadingOlder = signal(false);
const failure = signal<ApiError | null>(null);
/** A reply was asked for below this message and has not begun: shown as waiting. */
const expecting = signal<{ parentId: string | null; since: number } | null>(null);

const record = computed<Session | null>(() => sessions.all.value.get(openId.value ?? "") ?? null);
const runningTurn = computed(() => {
  for (const turn of runs.running.value.values()) if (turn.session_id === openId.value) return turn;
  return null;
});

const cache = new Map<string, Loaded>();

function remember(): void {
  const id = openId.peek();
  if (id === null || status.peek() !== "ready") return;
  cache.delete(id);
  cache.set(id, { messages: messages.peek().slice(-WINDOW), older: olderCursorFor(id) });
  for (const oldest of cache.keys()) {
    if (cache.size <= CACHED) break;
    cache.delete(oldest);
  }
}

/** A cut window has lost its cursor: "stale" makes the background refresh fetch it again. */
function olderCursorFor(id: string): string | null {
  const isCut = messages.peek().length > WINDOW;
  return isCut ? (cache.get(id)?.older ?? null) : olderCursor.peek();
}

function fetchTail(id: string, limit: number): Promise<Page<Message>> {
  return api.get<Page<Message>>(`/sessions/${id}/messages`, { query: { from: "end", limit } });
}

function take(page: Page<Message>): void {
  outbox.dropKnown(new Set(page.items.map((message) => message.id)));
}

function setWindow(page: Page<Message>): void {
  take(page);
  messages.value = reuse(messages.peek(), page.items);
  olderCursor.value = page.next_cursor;
  status.value = "ready";
  failure.value = null;
}

function fail(id: string, error: unknown): void {
  if (openId.peek() !== id) return;
  if (isApiError(error) && error.status === 404) {
    // A session of this tab that was never sent: after a reload the outbox still has its message.
    if (sessions.isUnsaved(id)) status.value = "ready";
    else status.value = status.peek() === "deleted" ? "deleted" : "missing";
    return;
  }
  if (status.peek() !== "loading") return;
  failure.value = error instanceof ApiError ? error : new ApiError(0, "unknown");
  status.value = "failed";
}

async function fetchWindow(id: string): Promise<void> {
  const known = sessions.all.peek().has(id);
  try {
    const [page] = await Promise.all([
      fetchTail(id, WINDOW),
      known ? Promise.resolve(null) : sessions.fetchOne(id),
    ]);
    if (openId.peek() === id) setWindow(page);
  } catch (error) {
    fail(id, error);
  }
}

/** Shows a session: from memory at once when it was open before, then from the server. */
function open(id: string | null): void {
  if (openId.peek() === id) return;
  remember();
  const kept = id === null ? undefined : cache.get(id);
  expecting.value = null;
  failure.value = null;
  messages.value = kept?.messages ?? [];
  olderCursor.value = kept?.older ?? null;
  const isLocal = id !== null && sessions.isUnsaved(id);
  status.value = id === null ? "new" : kept !== undefined || isLocal ? "ready" : "loading";
  openId.value = id;
  if (id === null) return;
  unread.clear(id);
  if (!isLocal) void fetchWindow(id);
}

function reload(): void {
  const id = openId.peek();
  if (id === null) return;
  status.value = "loading";
  void fetchWindow(id);
}

let refreshing: Promise<void> | null = null;
let again = false;

async function refreshOnce(id: string): Promise<void> {
  try {
    const page = await fetchTail(id, TAIL);
    if (openId.peek() !== id) return;
    const joined = joinTail(messages.peek(), page.items);
    if (joined === null) {
      if (page.next_cursor === null) setWindow(page);
      else await fetchWindow(id);
      return;
    }
    take(page);
    messages.value = joined;
    if (status.peek() !== "ready") status.value = "ready";
  } catch (error) {
    fail(id, error);
  }
}

/** Fetches the end of the branch again. Calls made meanwhile cause one more fetch, not many. */
function refresh(): Promise<void> {
  const id = openId.peek();
  if (id === null || status.peek() === "deleted") return Promise.resolve();
  if (refreshing !== null) {
    again = true;
    return refreshing;
  }
  refreshing = (async () => {
    do {
      again = false;
      const current = openId.peek();
      if (current !== null) await refreshOnce(current);
    } while (again);
  })().finally(() => (refreshing = null));
  return refreshing;
}

/** Loads the messages before the loaded ones. Resolves with how many came. */
async function loadOlder(): Promise<number> {
  const id = openId.peek();
  const cursor = olderCursor.peek();
  if (id === null || cursor === null || loadingOlder.peek()) return 0;
  loadingOlder.value = true;
  try {
    const page = await api.get<Page<Message>>(`/sessions/${id}/messages`, {
      query: { from: "end", limit: WINDOW, cursor },
    });
    if (openId.peek() !== id) return 0;
    messages.value = joinOlder(page.items, messages.peek());
    olderCursor.value = page.next_cursor;
    return page.items.length;
  } catch {
    return 0;
  } finally {
    loadingOlder.value = false;
  }
}

/** Loads older pages until the message is there; false when the session does not have it. */
async function loadUntil(messageId: string): Promise<boolean> {
  const has = (): boolean => messages.peek().some((message) => message.id === messageId);
  while (!has()) if ((await loadOlder()) === 0) return has();
  return true;
}

/** The session is gone (deleted here or elsewhere). */
function markDeleted(id: string): void {
  cache.delete(id);
  if (openId.peek() === id) status.value = "deleted";
}

const invalidate = (id: string): void => void cache.delete(id);

const find = (messageId: string): Message | undefined =>
  messages.peek().find((message) => message.id === messageId);

function put(message: Message): void {
  messages.value = messages.peek().map((other) => (other.id === message.id ? message : other));
}

export const session = {
  openId,
  status,
  record,
  messages,
  olderCursor,
  loadingOlder,
  failure,
  expecting,
  runningTurn,
  open,
  reload,
  refresh,
  loadOlder,
  loadUntil,
  markDeleted,
  invalidate,
  find,
  put,
};
