/**
 * What one turn's events add up to. Pure: (state, event) -> state.
 * Events are numbered from 1; a number seen before is ignored, a missing one sets `gap` and stops
 * the run until the missing events have been sent again.
 */
import type { RunningTurn } from "../api/types";

export interface TurnEvent {
  seq: number;
  type: string;
  data: Readonly<Record<string, unknown>>;
}

export interface TurnUsage {
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
}

export type RunStatus = "running" | "done" | "stopped" | "failed" | "interrupted";

export interface RunState {
  readonly turnId: string;
  readonly replyId: string;
  readonly model: string;
  /** Number of the last event that was applied; 0 before the first. */
  readonly seq: number;
  /** True when an event is missing; everything until it comes is thrown away. */
  readonly gap: boolean;
  /** Grows whenever the text starts over. */
  readonly epoch: number;
  readonly continued: boolean;
  /** The reply's text before this turn (continued replies only). */
  readonly base: string;
  readonly text: string;
  readonly thinking: string;
  readonly usage: TurnUsage | null;
  readonly error: { code: string; detail: string; retryable: boolean } | null;
  readonly status: RunStatus;
  readonly finishReason: string | null;
  /** Length the server says the whole text has; null before the end. */
  readonly textLength: number | null;
}

export function newRun(turn: RunningTurn, base = ""): RunState {
  return {
    turnId: turn.turn_id,
    replyId: turn.reply_id,
    model: "",
    seq: 0,
    gap: false,
    epoch: 0,
    continued: base !== "",
    base,
    text: base,
    thinking: "",
    usage: null,
    error: null,
    status: "running",
    finishReason: null,
    textLength: null,
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);

const STATUSES: readonly RunStatus[] = ["running", "done", "stopped", "failed", "interrupted"];
const statusOf = (value: unknown): RunStatus => STATUSES.find((known) => known === value) ?? "done";

/** Starts over from event 1: the text goes back to what stood there before the turn. */
function restart(state: RunState, seq: number, event: TurnEvent): RunState {
  const isTurn = event.type === "turn";
  const continued = isTurn ? event.data["continued"] === true : state.continued;
  const given = textOf(event.data["text"]);
  const base = continued ? given || state.base : "";
  return {
    ...state,
    seq,
    gap: false,
    epoch: state.seq === 0 ? state.epoch : state.epoch + 1,
    continued,
    base,
    text: base,
    thinking: "",
    model: isTurn ? textOf(event.data["model"]) : state.model,
    usage: null,
    error: null,
    status: "running",
    finishReason: null,
    textLength: null,
  };
}

function applyInOrder(state: RunState, event: TurnEvent): RunState {
  const next = { ...state, seq: event.seq, gap: false };
  const data = event.data;
  switch (event.type) {
    case "delta":
      return { ...next, text: state.text + textOf(data["text"]) };
    case "thinking":
      return { ...next, thinking: state.thinking + textOf(data["text"]) };
    case "usage":
      return {
        ...next,
        usage: {
          input_tokens: numberOf(data["input_tokens"]),
          output_tokens: numberOf(data["output_tokens"]),
          cached_tokens: numberOf(data["cached_tokens"]),
        },
      };
    case "error":
      return {
        ...next,
        error: {
          code: textOf(data["code"]),
          detail: textOf(data["detail"]),
          retryable: data["retryable"] === true,
        },
      };
    case "done":
      return {
        ...next,
        status: statusOf(data["status"]),
        finishReason: textOf(data["finish_reason"]) || null,
        textLength: typeof data["text_length"] === "number" ? data["text_length"] : null,
      };
    default:
      return next;
  }
}

export function applyTurnEvent(state: RunState, event: TurnEvent): RunState {
  if (event.type === "ping") return state;
  if (event.type === "reset") return restart(state, 0, event);
  if (event.seq === 1) {
    return event.type === "turn" || state.seq === 0 ? restartOrApply(state, event) : state;
  }
  if (event.seq <= state.seq) return state;
  if (event.seq > state.seq + 1) return state.gap ? state : { ...state, gap: true };
  return applyInOrder(state, event);
}

/** Event 1 restarts the run; one that repeats while nothing else had arrived changes nothing. */
function restartOrApply(state: RunState, event: TurnEvent): RunState {
  if (state.seq === 1 && !state.gap) return state;
  return event.type === "turn" ? restart(state, 1, event) : applyInOrder(state, event);
}
