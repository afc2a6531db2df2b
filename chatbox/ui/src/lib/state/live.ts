/** Joins the event connection to the stores: what the server reports becomes what the screen shows. */
import { effect } from "@preact/signals";
import { apiUrl } from "../api/client";
import type { RunningTurn, Session, Settings } from "../api/types";
import { EventConnection } from "../net/events";
import type { TurnEvent } from "../net/run-reducer";
import { openSse, openWebSocket, type Focus, type ServerEvent } from "../net/transport";
import { drafts } from "./drafts";
import { models } from "./models";
import { link, storage } from "./online";
import { outbox } from "./outbox";
import { prefs } from "./prefs";
import { providers } from "./providers";
import { runs } from "./runs";
import { session } from "./session";
import "./session-actions";
import { sessions } from "./sessions";
import { unread } from "./unread";

type Data = Readonly<Record<string, unknown>>;

/** Turns that are followed by fetching. */
const polled = new Set<string>();
const POLL = 1000;

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const quiet = (promise: Promise<unknown>): void => void promise.catch(() => undefined);

function turnOf(data: Data): RunningTurn {
  return {
    turn_id: textOf(data["turn_id"]),
    session_id: textOf(data["session_id"]),
    reply_id: textOf(data["reply_id"]),
  };
}

/** The text a continued reply had before; unknown when it was fetched in the middle of the turn. */
function baseFor(turn: RunningTurn, continued: boolean): string {
  const reply = session.find(turn.reply_id);
  const own = runs.baseOf(turn.reply_id) ?? runs.find(turn.reply_id)?.state.text;
  if (!continued || reply === undefined) return "";
  return reply.status === "pending" ? (own ?? "") : reply.text;
}

/** A continued reply fetched in the middle: nobody can tell old text from new until the turn ends. */
function isBaseUnknown(turn: RunningTurn, detail: Data): boolean {
  const reply = session.find(turn.reply_id);
  const isGiven = textOf(detail["text"]) !== "";
  if (isGiven || runs.baseOf(turn.reply_id) !== undefined) return false;
  return reply === undefined || (reply.status === "pending" && runs.find(turn.reply_id) === undefined);
}

/** Follows such a reply by fetching it once a second. */
function pollReply(turn: RunningTurn): void {
  if (polled.has(turn.turn_id)) return;
  polled.add(turn.turn_id);
  const timer = setInterval(() => {
    const isOver = runs.hasEnded(turn.turn_id) || session.openId.peek() !== turn.session_id;
    if (!isOver) return quiet(session.refresh());
    clearInterval(timer);
    polled.delete(turn.turn_id);
  }, POLL);
}

function ensureReply(turn: RunningTurn, questionId: string): void {
  if (session.find(turn.reply_id) !== undefined) return;
  const isOwnSend = outbox.find(questionId)?.state === "sending";
  if (!isOwnSend && session.expecting.peek() === null) quiet(session.refresh());
}

function onTurnStarted(data: Data): void {
  const turn = turnOf(data);
  if (runs.hasEnded(turn.turn_id)) return;
  runs.markRunning(turn);
  if (session.openId.peek() !== turn.session_id) {
    session.invalidate(turn.session_id);
    return;
  }
  const continued = data["continued"] === true;
  if (!continued || !isBaseUnknown(turn, data)) runs.begin(turn, baseFor(turn, continued));
  ensureReply(turn, textOf(data["user_message_id"]));
}

function isLookedAt(sessionId: string): boolean {
  return session.openId.peek() === sessionId && !document.hidden;
}

function onTurnEnded(data: Data): void {
  const turn = turnOf(data);
  const owned = runs.running.peek().has(turn.turn_id);
  runs.markEnded(turn.turn_id);
  if (session.openId.peek() === turn.session_id) finishRun(turn.reply_id);
  else {
    runs.drop(turn.reply_id);
    session.invalidate(turn.session_id);
  }
  if (owned && !isLookedAt(turn.session_id)) unread.mark(turn.session_id);
  outbox.flush(turn.session_id);
}

/** Shows the stored message instead of the stream, without a moment of neither. */
function finishRun(replyId: string): void {
  const run = runs.find(replyId);
  quiet(
    session.refresh().then(() => {
      if (session.find(replyId)?.status === "pending") return;
      if (runs.find(replyId) === run) runs.drop(replyId);
    }),
  );
}

function onTurnEvent(data: Data): void {
  const inner = data["data"];
  const detail: Data = typeof inner === "object" && inner !== null ? (inner as Data) : {};
  const turnId = textOf(data["turn_id"]);
  const event: TurnEvent = { seq: Number(data["seq"]), type: textOf(data["type"]), data: detail };
  let run = runs.findByTurn(turnId);
  if (run === undefined) {
    if (event.type !== "turn" || runs.hasEnded(turnId)) return;
    const turn = { ...turnOf(detail), turn_id: turnId };
    const continued = detail["continued"] === true;
    if (continued && isBaseUnknown(turn, detail)) return pollReply(turn);
    run = runs.begin(turn, baseFor(turn, continued));
  }
  if (runs.receive(run.replyId, event).gap) connection.refocus();
}

function onHello(data: Data): void {
  const listed = Array.isArray(data["running"]) ? (data["running"] as Data[]).map(turnOf) : [];
  const before = [...runs.running.peek().values()];
  runs.setRunning(listed);
  for (const turn of before) {
    if (runs.running.peek().has(turn.turn_id)) continue;
    runs.markEnded(turn.turn_id);
    if (turn.session_id === session.openId.peek()) finishRun(turn.reply_id);
    else session.invalidate(turn.session_id);
  }
  for (const turn of listed) {
    if (turn.session_id === session.openId.peek()) ensureReply(turn, "");
  }
  outbox.flushAll();
}

function refetchAll(): void {
  quiet(sessions.load());
  quiet(models.load());
  quiet(providers.load());
  quiet(prefs.load());
  quiet(session.refresh());
}

function onDeleted(id: string): void {
  sessions.forget(id);
  session.markDeleted(id);
}

function receiveSession(next: Session): void {
  sessions.receive(next);
  if (session.openId.peek() === next.id && session.status.peek() === "deleted") session.reload();
}

const handlers: Readonly<Record<string, (data: Data) => void>> = {
  hello: onHello,
  session: (data) => receiveSession(data["session"] as Session),
  session_deleted: (data) => onDeleted(textOf(data["id"])),
  turn_started: onTurnStarted,
  turn_ended: onTurnEnded,
  turn_event: onTurnEvent,
  messages_changed: (data) => {
    const id = textOf(data["session_id"]);
    if (session.openId.peek() === id) quiet(session.refresh());
    else session.invalidate(id);
  },
  providers_changed: () => quiet(providers.load()),
  models_changed: () => quiet(models.load()),
  settings_changed: (data) => prefs.receive(data["settings"] as Settings),
  storage: (data) => (storage.value = textOf(data["state"])),
  reset: refetchAll,
};

function onEvent(event: ServerEvent): void {
  handlers[event.type]?.(event.data);
}

function focus(): Focus {
  const id = session.openId.peek();
  const run = id === null ? undefined : runs.ofSession(id);
  return {
    session: id,
    turn: run?.turnId ?? null,
    seq: run?.state.seq ?? 0,
  };
}

function urlOf(kind: "ws" | "sse", query: string): string {
  const tail = query === "" ? "" : `?${query}`;
  if (kind === "sse") return `${apiUrl("/events")}${tail}`;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}${apiUrl("/ws")}${tail}`;
}

const connection = new EventConnection({
  surroundings: { openWebSocket, openSse, isHidden: () => document.hidden },
  url: urlOf,
  focus,
  mustStay: () => runs.ownsAny(),
  onEvent,
  onLink: (state) => (link.value = state),
});

/** A tab that is seen again has read what it shows. */
function onVisible(): void {
  const id = session.openId.peek();
  if (id !== null) unread.clear(id);
  connection.wake();
}

function followPage(): void {
  window.addEventListener("online", () => connection.renew());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) connection.renew();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) connection.hide();
    else onVisible();
  });
}

let started = false;

/** Connects this tab. Called once, after the first paint. */
function start(): void {
  if (started) return;
  started = true;
  outbox.restore();
  quiet(drafts.restore());
  connection.start();
  followPage();
  let last = session.openId.peek();
  effect(() => {
    const id = session.openId.value;
    if (id === last) return;
    last = id;
    connection.refocus();
  });
  effect(() => {
    const id = session.openId.value;
    if (id !== null && unread.ids.value.has(id) && isLookedAt(id)) queueMicrotask(() => unread.clear(id));
  });
}

export const live = { start, wake: () => connection.wake() };
