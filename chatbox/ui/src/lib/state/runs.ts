/**
 * The turns that are running now. A run's text is a plain buffer with subscribers, so that a token
 * re-renders nothing; only its phase (waiting, thinking, writing, ended) is a signal.
 */
import { signal, type Signal } from "@preact/signals";
import type { RunningTurn } from "../api/types";
import {
  applyTurnEvent,
  newRun,
  type RunState,
  type TurnEvent,
} from "../net/run-reducer";

export type RunPhase = "waiting" | "thinking" | "writing" | "ended";

export interface LiveRun {
  readonly turnId: string;
  readonly sessionId: string;
  readonly replyId: string;
  readonly phase: Signal<RunPhase>;
  /** True from the click on stop until the turn has ended. */
  readonly stopping: Signal<boolean>;
  readonly startedAt: number;
  thinkingStartedAt: number | null;
  thinkingEndedAt: number | null;
  state: RunState;
}

/** `added` is the new piece when the text only grew; null when it has to be looked at as a whole. */
type Listener = (state: RunState, added: string | null) => void;

/** Running turns of all sessions, by turn id. */
const running = signal<ReadonlyMap<string, RunningTurn>>(new Map());

/** Grows when a run is made or dropped, so that views can find theirs. */
const revision = signal(0);

const byReply = new Map<string, LiveRun>();
const listeners = new Map<string, Set<Listener>>();

/** Texts of replies that are about to be continued; the stored message already says "pending". */
const bases = new Map<string, string>();

function begin(turn: RunningTurn, baseText = ""): LiveRun {
  const known = byReply.get(turn.reply_id);
  if (known?.turnId === turn.turn_id) return known;
  const run: LiveRun = {
    turnId: turn.turn_id,
    sessionId: turn.session_id,
    replyId: turn.reply_id,
    phase: signal<RunPhase>("waiting"),
    stopping: signal(false),
    startedAt: Date.now(),
    thinkingStartedAt: null,
    thinkingEndedAt: null,
    state: newRun(turn, baseText),
  };
  byReply.set(turn.reply_id, run);
  bases.delete(turn.reply_id);
  revision.value += 1;
  return run;
}

function phaseOf(state: RunState): RunPhase {
  if (state.status !== "running") return "ended";
  if (state.text.length > state.base.length) return "writing";
  return state.thinking === "" ? "waiting" : "thinking";
}

function noteTimes(run: LiveRun, phase: RunPhase): void {
  if (phase === "thinking") run.thinkingStartedAt ??= Date.now();
  if (phase === "writing" && run.thinkingStartedAt !== null) run.thinkingEndedAt ??= Date.now();
}

function addedText(before: RunState, after: RunState, event: TurnEvent): string | null {
  if (before.epoch !== after.epoch) return null;
  if (event.type !== "delta" || after.seq === before.seq) return after.text === before.text ? "" : null;
  const text = event.data["text"];
  return typeof text === "string" ? text : "";
}

/** Applies one event; tells whether events are missing and must be asked for again. */
function receive(replyId: string, event: TurnEvent): { gap: boolean; ended: boolean } {
  const run = byReply.get(replyId);
  if (run === undefined) return { gap: false, ended: false };
  const before = run.state;
  run.state = applyTurnEvent(before, event);
  if (run.state === before) return { gap: false, ended: false };
  const phase = phaseOf(run.state);
  noteTimes(run, phase);
  if (phase !== run.phase.value) run.phase.value = phase;
  const added = addedText(before, run.state, event);
  for (const listener of listeners.get(replyId) ?? []) listener(run.state, added);
  return {
    gap: run.state.gap && !before.gap,
    ended: phase === "ended" && before.status === "running",
  };
}

/** Calls back with the state at every change of the reply's text. Returns the way out. */
function subscribe(replyId: string, listener: Listener): () => void {
  const set = listeners.get(replyId) ?? new Set<Listener>();
  set.add(listener);
  listeners.set(replyId, set);
  return () => {
    set.delete(listener);
    if (set.size === 0) listeners.delete(replyId);
  };
}

function findByTurn(turnId: string): LiveRun | undefined {
  for (const run of byReply.values()) if (run.turnId === turnId) return run;
  return undefined;
}

/** The run that is still going in this session. */
function ofSession(sessionId: string): LiveRun | undefined {
  for (const run of byReply.values()) {
    if (run.sessionId === sessionId && run.phase.peek() !== "ended") return run;
  }
  return undefined;
}

function setRunning(turns: readonly RunningTurn[]): void {
  running.value = new Map(turns.map((turn) => [turn.turn_id, turn]));
}

function markRunning(turn: RunningTurn): void {
  running.value = new Map(running.value).set(turn.turn_id, turn);
}

const ended = new Set<string>();
const owned = new Set<string>();
const REMEMBERED = 100;

function markEnded(turnId: string): void {
  ended.add(turnId);
  owned.delete(turnId);
  if (ended.size > REMEMBERED) for (const oldest of ended) if (ended.delete(oldest)) break;
  if (!running.value.has(turnId)) return;
  const next = new Map(running.value);
  next.delete(turnId);
  running.value = next;
}

/** Forgets a run once the finished message has been fetched. */
function drop(replyId: string): void {
  if (byReply.delete(replyId)) revision.value += 1;
}

function find(replyId: string): LiveRun | undefined {
  return byReply.get(replyId);
}

const isRunning = (sessionId: string): boolean => {
  for (const turn of running.value.values()) if (turn.session_id === sessionId) return true;
  return false;
};

export const runs = {
  noteBase: (replyId: string, text: string): void => void bases.set(replyId, text),
  baseOf: (replyId: string): string | undefined => bases.get(replyId),
  running,
  revision,
  begin,
  receive,
  subscribe,
  find,
  findByTurn,
  ofSession,
  setRunning,
  markRunning,
  markEnded,
  isRunning,
  /** True for a turn that is known to be over: its 202 may arrive after its end. */
  hasEnded: (turnId: string): boolean => ended.has(turnId),
  /** Remembers that this tab asked for the turn. */
  own: (turnId: string): void => void owned.add(turnId),
  ownsAny: (): boolean => owned.size > 0,
  drop,
};
