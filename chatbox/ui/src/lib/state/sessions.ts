/** The user's sessions as the sidebar knows them: loaded pages, changes shown before they are saved. */
import { computed, signal } from "@preact/signals";
import { api, isApiError } from "../api/client";
import { describeError } from "../api/errors";
import type { Page, Session, SessionCreate, SessionPatch } from "../api/types";
import { t } from "../i18n";
import { runs } from "./runs";
import { toasts } from "./toasts";
import { unread } from "./unread";

const PAGE = 50;

const all = signal<ReadonlyMap<string, Session>>(new Map());
const loaded = signal(false);
const loading = signal(false);
const cursor = signal<string | null>(null);
const archivedCursor = signal<string | null>(null);
const query = signal("");
/** What the last search found; null when nobody is searching. */
const results = signal<readonly Session[] | null>(null);
/** Sessions the server has not heard of yet, and those this tab has deleted. */
const unsaved = new Set<string>();
const removedHere = new Set<string>();

const activityOf = (session: Session): string => session.last_message_at ?? session.created_at;

function byActivity(a: Session, b: Session): number {
  if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
  return activityOf(a) < activityOf(b) ? 1 : -1;
}

const items = computed<readonly Session[]>(() =>
  [...all.value.values()].filter((session) => !session.archived).sort(byActivity),
);
const archivedItems = computed<readonly Session[]>(() =>
  [...all.value.values()].filter((session) => session.archived).sort(byActivity),
);
const runningIds = computed<ReadonlySet<string>>(
  () => new Set([...runs.running.value.values()].map((turn) => turn.session_id)),
);

/** Takes over the server's copy, unless an older one arrives late. */
function receive(session: Session): void {
  const known = all.value.get(session.id);
  if (known !== undefined && known.version > session.version) return;
  if (removedHere.has(session.id)) return;
  unsaved.delete(session.id);
  all.value = new Map(all.value).set(session.id, session);
  if (results.value !== null) {
    results.value = results.value.map((found) => (found.id === session.id ? session : found));
  }
}

function forget(id: string): void {
  const next = new Map(all.value);
  next.delete(id);
  all.value = next;
  results.value = results.value?.filter((session) => session.id !== id) ?? null;
  unread.clear(id);
}

function fetchPage(from: string | null, archived: boolean, q = ""): Promise<Page<Session>> {
  return api.get<Page<Session>>("/sessions", {
    query: { limit: PAGE, cursor: from, archived, q: q === "" ? null : q },
  });
}

/** Fetches the first page again. What is not saved yet stays. */
async function load(): Promise<void> {
  loading.value = true;
  try {
    const page = await fetchPage(null, false);
    const kept = [...all.value.values()].filter((session) => session.archived || unsaved.has(session.id));
    const fresh = page.items.filter((session) => !removedHere.has(session.id));
    all.value = new Map([...kept, ...fresh].map((session) => [session.id, session]));
    cursor.value = page.next_cursor;
    loaded.value = true;
  } finally {
    loading.value = false;
  }
}

function merge(page: Page<Session>): void {
  const next = new Map(all.value);
  for (const session of page.items) if (!removedHere.has(session.id)) next.set(session.id, session);
  all.value = next;
}

async function loadMore(): Promise<void> {
  if (cursor.value === null || loading.value) return;
  loading.value = true;
  try {
    const page = await fetchPage(cursor.value, false);
    merge(page);
    cursor.value = page.next_cursor;
  } finally {
    loading.value = false;
  }
}

/** Loads archived sessions: the first page, or the next one with `more`. */
async function loadArchived(more = false): Promise<void> {
  if (more && archivedCursor.value === null) return;
  const page = await fetchPage(more ? archivedCursor.value : null, true);
  merge(page);
  archivedCursor.value = page.next_cursor;
}

let searchNumber = 0;

/** Searches titles; an empty query ends the search. Late answers to older queries are dropped. */
async function search(q: string): Promise<void> {
  const wanted = q.trim();
  query.value = q;
  searchNumber += 1;
  const mine = searchNumber;
  if (wanted === "") {
    results.value = null;
    return;
  }
  const page = await fetchPage(null, false, wanted);
  if (mine === searchNumber) results.value = page.items;
}

async function fetchOne(id: string): Promise<Session> {
  const session = await api.get<Session>(`/sessions/${id}`);
  receive(session);
  return session;
}

/** Puts a session on the screen that only this tab knows so far. */
function announce(body: SessionCreate & { id: string; title: string }): Session {
  const now = new Date().toISOString();
  const session: Session = {
    id: body.id,
    title: body.title,
    model: body.model ?? null,
    system_prompt: body.system_prompt ?? "",
    params: body.params ?? {},
    pinned: false,
    archived: false,
    version: 0,
    created_at: now,
    updated_at: now,
    last_message_at: now,
    running_turn_id: null,
    message_count: 0,
  };
  unsaved.add(session.id);
  all.value = new Map(all.value).set(session.id, session);
  return session;
}

/** Makes the session on the server; one that exists already is fine (a repeated request). */
async function create(body: SessionCreate): Promise<Session> {
  try {
    const session = await api.post<Session>("/sessions", body);
    receive(session);
    return session;
  } catch (error) {
    if (body.id && isApiError(error) && error.status === 409) return fetchOne(body.id);
    throw error;
  }
}

/** Changes on their way, by session: they arrive in order, and messages that follow wait for them. */
const saving = new Map<string, Promise<unknown>>();

const saved = (id: string): Promise<unknown> => saving.get(id) ?? Promise.resolve();

function inOrder<T>(id: string, save: () => Promise<T>): Promise<T> {
  const before = saving.get(id);
  const mine = before === undefined ? save() : before.then(save);
  const settled: Promise<unknown> = mine
    .catch(() => undefined)
    .finally(() => {
      if (saving.get(id) === settled) saving.delete(id);
    });
  saving.set(id, settled);
  return mine;
}

/** Changes a session at once and saves behind; takes it back and says so when that fails. */
async function update(id: string, change: SessionPatch): Promise<boolean> {
  const before = all.value.get(id);
  if (before !== undefined) {
    const { active_message_id: _moved, ...visible } = change;
    all.value = new Map(all.value).set(id, { ...before, ...visible });
  }
  if (unsaved.has(id)) return true;
  try {
    receive(await inOrder(id, () => api.patch<Session>(`/sessions/${id}`, change)));
    return true;
  } catch (error) {
    if (before !== undefined && all.value.has(id)) all.value = new Map(all.value).set(id, before);
    toasts.show({ kind: "error", text: describeError(error) });
    return false;
  }
}

const rename = (id: string, title: string): Promise<boolean> => update(id, { title });
const pin = (id: string, pinned: boolean): Promise<boolean> => update(id, { pinned });

/** Archives or brings back, with a way to undo it. */
async function archive(id: string, archived: boolean): Promise<void> {
  if (!(await update(id, { archived }))) return;
  toasts.show({
    text: t(archived ? "chat.toastArchived" : "chat.toastUnarchived"),
    action: { label: t("chat.undo"), run: () => void update(id, { archived: !archived }) },
  });
}

/** Brings a deleted session back. */
async function restore(id: string): Promise<void> {
  try {
    const session = await api.post<Session>(`/sessions/${id}/restore`, {});
    removedHere.delete(id);
    receive(session);
  } catch (error) {
    toasts.show({ kind: "error", text: describeError(error) });
  }
}

/** Deletes softly: gone from the screen at once, undo for six seconds. */
async function remove(id: string): Promise<void> {
  const before = all.value.get(id);
  removedHere.add(id);
  forget(id);
  const number = toasts.show({
    text: t("chat.toastDeleted"),
    action: { label: t("chat.undo"), run: () => void restore(id) },
  });
  if (unsaved.has(id)) return;
  try {
    await api.del(`/sessions/${id}`);
  } catch (error) {
    if (isApiError(error) && error.status === 404) return;
    removedHere.delete(id);
    toasts.dismiss(number);
    if (before !== undefined) receive(before);
    toasts.show({ kind: "error", text: describeError(error) });
  }
}

export const sessions = {
  all,
  items,
  archivedItems,
  loaded,
  loading,
  hasMore: computed(() => cursor.value !== null),
  hasMoreArchived: computed(() => archivedCursor.value !== null),
  query,
  results,
  runningIds,
  unreadIds: unread.ids,
  isUnsaved: (id: string): boolean => unsaved.has(id),
  isRemovedHere: (id: string): boolean => removedHere.has(id),
  load,
  loadMore,
  loadArchived,
  search,
  fetchOne,
  announce,
  create,
  update,
  saved,
  rename,
  pin,
  archive,
  restore,
  remove,
  receive,
  forget,
};
