/**
 * The one event connection of a tab. WebSocket first, because it does not count against the six
 * connections HTTP/1.1 allows a host; SSE when a WebSocket cannot be opened. Reconnects for ever,
 * resumes where it was, and lets go of the line in tabs nobody looks at.
 */
import type { Link } from "../state/online";
import { backoff } from "./retry";
import type { Focus, Line, LineHandlers, ServerEvent } from "./transport";

export interface Surroundings {
  openWebSocket: (url: string, handlers: LineHandlers) => Line;
  openSse: (url: string, handlers: LineHandlers) => Line;
  isHidden: () => boolean;
}

export interface ConnectionOptions {
  surroundings: Surroundings;
  /** The address of the line for a query such as "session=…&after=…". */
  url: (kind: "ws" | "sse", query: string) => string;
  /** What the reader looks at now, and how far its running turn has come. */
  focus: () => Focus;
  /** True while a hidden tab must stay connected: it owns a running turn. */
  mustStay: () => boolean;
  onEvent: (event: ServerEvent) => void;
  onLink: (link: Link) => void;
}

const WATCHDOG = 25_000;
const SLEEP_AFTER = 60_000;
const WS_ATTEMPTS = 2;
/** A line that lived this long was a good one: the next failure starts the waiting anew. */
const SETTLED = 5_000;

type Timer = ReturnType<typeof setTimeout>;

export class EventConnection {
  private line: Line | null = null;
  private cursor: string | null = null;
  private greeting: string | null = null;
  private attempt = 0;
  private wsFailures = 0;
  private heard = false;
  private openedAt = 0;
  private asleep = false;
  private stopped = true;
  private retryTimer: Timer | undefined;
  private watchdog: Timer | undefined;
  private sleepTimer: Timer | undefined;

  constructor(private readonly options: ConnectionOptions) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.open();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.sleepTimer);
    this.hangUp();
  }

  /** Tells the server what is looked at now, from which event on; also asks for missed events. */
  refocus(): void {
    if (this.stopped || this.asleep || this.line === null) return;
    if (!this.line.focus(this.options.focus())) this.reopen();
  }

  /** Something suggests that the network is back: try at once. */
  wake(): void {
    if (this.stopped) return;
    clearTimeout(this.sleepTimer);
    this.asleep = false;
    this.attempt = 0;
    if (this.line === null) this.open();
  }

  /** The machine may have slept: the line may be dead without having said so. */
  renew(): void {
    if (this.stopped) return;
    this.attempt = 0;
    this.asleep = false;
    this.reopen();
  }

  /** The tab was hidden: let go after a while, unless a turn of its own is running. */
  hide(): void {
    clearTimeout(this.sleepTimer);
    this.sleepTimer = setTimeout(() => {
      if (!this.options.surroundings.isHidden()) return;
      if (this.options.mustStay()) {
        this.hide();
        return;
      }
      this.asleep = true;
      this.hangUp();
      this.options.onLink("asleep");
    }, SLEEP_AFTER);
  }

  private reopen(): void {
    this.hangUp();
    this.open();
  }

  private hangUp(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.watchdog);
    this.line?.close();
    this.line = null;
  }

  private query(): string {
    const focus = this.options.focus();
    const query = new URLSearchParams();
    if (focus.session !== null) query.set("session", focus.session);
    if (this.cursor !== null) query.set("after", this.cursor);
    if (focus.turn !== null) {
      query.set("turn", focus.turn);
      query.set("seq", String(focus.seq));
    }
    return query.toString();
  }

  private open(): void {
    clearTimeout(this.retryTimer);
    const { surroundings, url } = this.options;
    const kind = this.wsFailures < WS_ATTEMPTS ? "ws" : "sse";
    this.heard = false;
    this.openedAt = Date.now();
    const handlers: LineHandlers = {
      onEvent: (event) => this.receive(event),
      onGone: () => this.gone(),
    };
    const openLine = kind === "ws" ? surroundings.openWebSocket : surroundings.openSse;
    this.line = openLine(url(kind, this.query()), handlers);
    this.feedWatchdog();
  }

  private feedWatchdog(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      this.line?.close();
      this.gone();
    }, WATCHDOG);
  }

  private receive(event: ServerEvent): void {
    this.feedWatchdog();
    if (!this.heard) {
      this.heard = true;
      if (this.line?.kind === "ws") this.wsFailures = 0;
      this.options.onLink("open");
    }
    this.noteCursor(event);
    if (event.type !== "ping") this.options.onEvent(event);
  }

  /** The greeting's cursor counts only at first or after a reset: events before it may still come. */
  private noteCursor(event: ServerEvent): void {
    const greeted = event.data["cursor"];
    if (event.type === "hello" && greeted !== undefined) this.greeting = String(greeted);
    if (event.type === "reset" || (event.type === "hello" && this.cursor === null)) this.cursor = this.greeting;
    if (event.id !== null) this.cursor = event.id;
  }

  /** Also a clean close is a drop: this line has no end of its own. */
  private gone(): void {
    const kind = this.line?.kind;
    this.line = null;
    clearTimeout(this.watchdog);
    if (this.stopped) return;
    if (!this.heard && kind === "ws") this.wsFailures += 1;
    // SSE failed too: the server is away, so WebSocket gets its chance again.
    if (!this.heard && kind === "sse") this.wsFailures = 0;
    if (this.heard && Date.now() - this.openedAt > SETTLED) this.attempt = 0;
    this.options.onLink("lost");
    this.retryTimer = setTimeout(() => this.open(), backoff(this.attempt));
    this.attempt += 1;
  }
}
