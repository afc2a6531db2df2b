/** What a person can do in a session: send, edit, regenerate, continue, stop, delete, switch branches. */
import { api, ApiError } from "../api/client";
import { describeError } from "../api/errors";
import type { Message, Params, Session, SessionCreate, Started, Turn } from "../api/types";
import { uuidv4, uuidv7 } from "../platform/uuid";
import { drafts, NEW_DRAFT } from "./drafts";
import { outbox, type Outgoing } from "./outbox";
import { runs } from "./runs";
import { session } from "./session";
import { sessions } from "./sessions";
import { toasts } from "./toasts";
import { graft } from "./window";

const TITLE_LENGTH = 60;

/** Turns to stop as soon as they are known: the stop button was pressed before the answer came. */
const stopEarly = new Set<string>();

const report = (error: unknown): void => {
  toasts.show({ kind: "error", text: describeError(error) });
};

/** A first title from the first line of the message; the server may choose a better one. */
export function titleFrom(content: string): string {
  const line = content.trim().split("\n", 1)[0] ?? "";
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1).trimEnd()}…` : line;
}

/** Shows what a 202 brought and follows the turn. */
function applyStarted(started: Started, baseText = ""): void {
  const { turn, user_message: question, reply } = started;
  sessions.receive(started.session);
  const added: Message[] = question === null ? [reply] : [question, reply];
  if (session.openId.peek() === turn.session_id) {
    const next = graft(session.messages.peek(), added);
    session.expecting.value = null;
    if (next === null || runs.hasEnded(turn.id)) void session.refresh();
    else session.messages.value = next;
  } else session.invalidate(turn.session_id);
  follow(turn, baseText);
}

function follow(turn: Turn, baseText: string): void {
  if (turn.status !== "running" || runs.hasEnded(turn.id)) return;
  const running = { turn_id: turn.id, session_id: turn.session_id, reply_id: turn.reply_id };
  runs.own(turn.id);
  runs.begin(running, baseText);
  runs.markRunning(running);
}

function acknowledged(started: Started, item: Outgoing): void {
  applyStarted(started);
  drafts.clear(item.create === null ? item.sessionId : NEW_DRAFT);
  if (stopEarly.delete(item.id)) void stopTurn(started.turn.id);
}

outbox.onAcknowledged(acknowledged);

export interface NewSession {
  model?: string;
  system_prompt?: string;
  params?: Params;
}

/** Starts a session with its first message. Returns its id at once; the network comes after. */
function start(content: string, choice: NewSession): string {
  const id = uuidv7();
  const create: SessionCreate = { id, ...choice };
  sessions.announce({ ...create, id, title: titleFrom(content) });
  outbox.send({ sessionId: id, content, create });
  return id;
}

function send(content: string): Outgoing | null {
  const id = session.openId.peek();
  return id === null ? null : outbox.send({ sessionId: id, content });
}

/** Asks again with another text: a sibling of the edited message, which stays as it was. */
function editAndSend(message: Message, content: string): void {
  outbox.send({ sessionId: message.session_id, content, parentId: message.parent_id });
}

/** Replaces a reply's text by a corrected copy beside it; no model is asked. */
async function editReply(message: Message, text: string): Promise<boolean> {
  try {
    await api.patch<Message>(`/messages/${message.id}`, { text });
    await session.refresh();
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

async function ask(path: string, body: object, baseText: string): Promise<boolean> {
  try {
    applyStarted(await api.post<Started>(path, body, { idempotencyKey: uuidv4() }), baseText);
    return true;
  } catch (error) {
    session.expecting.value = null;
    report(error);
    return false;
  }
}

/** A new reply: beside an assistant message, or below a user message. */
function regenerate(message: Message, model?: string): Promise<boolean> {
  const parentId = message.role === "assistant" ? message.parent_id : message.id;
  session.expecting.value = { parentId, since: Date.now() };
  return ask(`/messages/${message.id}/regenerate`, model === undefined ? {} : { model }, "");
}

/** Goes on with a reply that was cut short. */
async function resume(message: Message): Promise<void> {
  runs.noteBase(message.id, message.text);
  session.put({ ...message, status: "pending", error: null, finish_reason: null });
  if (!(await ask(`/messages/${message.id}/continue`, {}, message.text))) session.put(message);
}

async function stopTurn(turnId: string): Promise<void> {
  const run = runs.findByTurn(turnId);
  if (run !== undefined) run.stopping.value = true;
  try {
    await api.post<Turn>(`/turns/${turnId}/stop`, {});
  } catch (error) {
    if (run !== undefined) run.stopping.value = false;
    if (!(error instanceof ApiError) || error.status !== 404) report(error);
  }
}

/** Stops the running reply of the open session, also one that has not begun. */
function stop(): void {
  const running = session.runningTurn.peek();
  if (running !== null) {
    void stopTurn(running.turn_id);
    return;
  }
  const id = session.openId.peek();
  const sending = outbox.items.peek().find((item) => item.sessionId === id && item.state === "sending");
  if (sending !== undefined) stopEarly.add(sending.id);
}

/** Deletes a message and everything below it. There is no way back. */
async function removeMessage(message: Message): Promise<void> {
  const before = session.messages.peek();
  const at = before.findIndex((other) => other.id === message.id);
  if (at >= 0) session.messages.value = before.slice(0, at);
  try {
    await api.del(`/messages/${message.id}`);
  } catch (error) {
    session.messages.value = before;
    report(error);
  }
  await session.refresh();
}

/** Shows another version of a message and what follows it. */
async function showSibling(message: Message, siblingId: string): Promise<void> {
  try {
    const saved = await api.patch<Session>(`/sessions/${message.session_id}`, {
      active_message_id: siblingId,
    });
    sessions.receive(saved);
    await session.refresh();
  } catch (error) {
    report(error);
  }
}

export const actions = {
  start,
  send,
  editAndSend,
  editReply,
  regenerate,
  resume,
  stop,
  removeMessage,
  showSibling,
};
