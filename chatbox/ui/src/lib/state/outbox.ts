/**
 * Messages on their way: sending, waiting for the running reply or for the network, or not sent.
 * An item's id is the message's id and the idempotency key, so that a retry never posts twice.
 */
import { computed, signal } from "@preact/signals";
import { api, ApiError } from "../api/client";
import type { Params, SendBody, SessionCreate, Started } from "../api/types";
import { uuidv7 } from "../platform/uuid";
import { scope } from "./boot";
import { network } from "./online";
import { runs } from "./runs";
import { sessions } from "./sessions";

export type OutgoingState = "sending" | "queued" | "offline" | "failed";

export interface Outgoing {
  readonly id: string;
  readonly sessionId: string;
  readonly content: string;
  /** Absent: below the newest message; null: a new first message. */
  readonly parentId?: string | null;
  readonly model: string | null;
  readonly params: Params | null;
  /** Set while the session itself is not on the server yet. */
  readonly create: SessionCreate | null;
  readonly state: OutgoingState;
  readonly error: ApiError | null;
  readonly createdAt: string;
}

export interface SendRequest {
  sessionId: string;
  content: string;
  parentId?: string | null;
  model?: string | null;
  params?: Params | null;
  create?: SessionCreate | null;
}

type Acknowledge = (started: Started, item: Outgoing) => void;

const KEY = `chatbox.outbox${scope}`;
const BUSY_RETRY = 3_000;

const items = signal<readonly Outgoing[]>([]);
let isLetGo = false;
let acknowledge: Acknowledge = () => undefined;

/** Kept per tab, so that a reload loses nothing and two tabs do not send the same message. */
function persist(): void {
  const kept = items.value.map(({ error: _error, ...item }) => item);
  try {
    if (kept.length === 0) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Full or forbidden: the draft store still has the text.
  }
}

function readStored(): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null") as unknown;
  } catch {
    return null;
  }
}

function set(next: readonly Outgoing[]): void {
  items.value = next;
  persist();
}

function change(id: string, fields: Partial<Outgoing>): void {
  set(items.value.map((item) => (item.id === id ? { ...item, ...fields } : item)));
}

const find = (id: string): Outgoing | undefined => items.value.find((item) => item.id === id);

function discard(id: string): void {
  set(items.value.filter((item) => item.id !== id));
}

function bodyOf(item: Outgoing): SendBody {
  const body: SendBody = { content: item.content, message_id: item.id };
  if (item.model !== null) body.model = item.model;
  if (item.params !== null) body.params = item.params;
  if (item.parentId !== undefined) body.parent_id = item.parentId;
  return body;
}

async function post(item: Outgoing): Promise<Started> {
  if (item.create !== null) {
    await sessions.create(item.create);
    change(item.id, { create: null });
  }
  await sessions.saved(item.sessionId);
  return api.post<Started>(`/sessions/${item.sessionId}/messages`, bodyOf(item), {
    idempotencyKey: item.id,
  });
}

function settle(item: Outgoing, error: unknown): void {
  const failure = error instanceof ApiError ? error : new ApiError(0, "unknown");
  if (failure.isUnsent && !network.value) return change(item.id, { state: "offline", error: null });
  if (failure.code !== "session_busy") return change(item.id, { state: "failed", error: failure });
  change(item.id, { state: "queued", error: null });
  setTimeout(() => flush(item.sessionId), BUSY_RETRY);
}

async function dispatch(id: string): Promise<void> {
  const item = find(id);
  if (item === undefined) return;
  change(id, { state: "sending", error: null });
  try {
    const started = await post(item);
    acknowledge(started, item);
    discard(id);
  } catch (error) {
    const now = find(id);
    if (now !== undefined) settle(now, error);
  }
}

/** Sends now, or queues behind the running reply or the missing network. Returns the item. */
function send(request: SendRequest): Outgoing {
  const item: Outgoing = {
    id: uuidv7(),
    sessionId: request.sessionId,
    content: request.content,
    ...(request.parentId === undefined ? {} : { parentId: request.parentId }),
    model: request.model ?? null,
    params: request.params ?? null,
    create: request.create ?? null,
    state: firstState(request.sessionId),
    error: null,
    createdAt: new Date().toISOString(),
  };
  set([...items.value, item]);
  if (item.state === "sending") void dispatch(item.id);
  return item;
}

function firstState(sessionId: string): OutgoingState {
  if (!network.value) return "offline";
  const busy = items.value.some((item) => item.sessionId === sessionId && item.state !== "failed");
  return busy || runs.isRunning(sessionId) ? "queued" : "sending";
}

/** Sends the next waiting message of a session, if nothing is in its way. */
function flush(sessionId: string): void {
  const mine = items.value.filter((item) => item.sessionId === sessionId);
  if (!network.value || runs.isRunning(sessionId)) return;
  if (mine.some((item) => item.state === "sending")) return;
  const next = mine.find((item) => item.state === "queued" || item.state === "offline");
  if (next !== undefined) void dispatch(next.id);
}

function flushAll(): void {
  for (const sessionId of new Set(items.value.map((item) => item.sessionId))) flush(sessionId);
}

function retry(id: string): void {
  void dispatch(id);
}

/** Changes the text of a message that has not been sent yet; "" takes it away. */
function edit(id: string, content: string): void {
  const item = find(id);
  if (item === undefined || item.state === "sending") return;
  if (content.trim() === "") discard(id);
  else change(id, { content });
}

/** Drops what the server turned out to have: a message whose acknowledgement was lost. */
function dropKnown(messageIds: ReadonlySet<string>): void {
  if (items.value.some((item) => messageIds.has(item.id) && item.state !== "sending")) {
    set(items.value.filter((item) => !messageIds.has(item.id)));
  }
}

const isStored = (value: unknown): value is Omit<Outgoing, "error"> =>
  typeof value === "object" && value !== null && "id" in value && "content" in value && "sessionId" in value;

/** Brings back what an earlier visit left; nothing is sent without the user. */
function restore(): void {
  const stored = readStored();
  if (!Array.isArray(stored)) return;
  const found = stored.filter(isStored).filter((item) => find(item.id) === undefined);
  items.value = [
    ...found.map((item): Outgoing => ({ ...item, state: "failed", error: new ApiError(0, "network") })),
    ...items.value,
  ];
  for (const item of found) if (item.create !== null) announceAgain(item);
}

function announceAgain(item: Omit<Outgoing, "error">): void {
  const create = item.create;
  if (!create?.id || sessions.all.peek().has(create.id)) return;
  sessions.announce({ ...create, id: create.id, title: create.title ?? "" });
}

/** The page is about to be loaded anew: what waits is kept for its user. */
const letGo = (): void => void (isLetGo = true);

/** The user signs out: nothing of theirs is sent any more. */
const forget = (): void => set([]);

const ofSession = (sessionId: string): readonly Outgoing[] =>
  items.value.filter((item) => item.sessionId === sessionId);

network.subscribe((up) => {
  if (up) flushAll();
});

if (typeof window !== "undefined") {
  window.addEventListener("beforeunload", (event) => {
    if (items.value.length > 0 && !isLetGo) event.preventDefault();
  });
}

export const outbox = {
  items,
  waiting: computed(() => items.value.filter((item) => item.state === "queued" || item.state === "offline")),
  ofSession,
  find,
  send,
  retry,
  edit,
  discard,
  flush,
  flushAll,
  dropKnown,
  restore,
  letGo,
  forget,
  onAcknowledged: (callback: Acknowledge): void => void (acknowledge = callback),
};
