/**
 * The messages of the open session. Rendered when the list changes, never for a token: replies
 * write their text into the document themselves.
 */
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { t } from "../../lib/i18n";
import { ALWAYS_VISIBLE } from "../../lib/scroll";
import { outbox } from "../../lib/state/outbox";
import { session } from "../../lib/state/session";
import { Spinner } from "../../lib/ui/Spinner";
import { useDeepLink } from "./deep-link";
import { Row } from "./Row";
import { rowsOf, type Row as RowData } from "./rows";
import { DayDivider, JumpToLatest, SystemPromptChip } from "./small-parts";
import { StreamStatus } from "./StreamStatus";
import { useHoldPlace, useScroll } from "./use-scroll";
import { useWindow, type WindowHandle } from "./use-window";

const NEAR = "800px 0px";

function renderRow(row: RowData, at: number, count: number, model: string | null) {
  switch (row.kind) {
    case "day":
      return <DayDivider key={row.key} time={row.time} />;
    case "awaited":
      return (
        <div class="row" key={row.key}>
          <StreamStatus model={model} since={row.since} />
        </div>
      );
    case "outgoing":
      return <Row key={row.key} id={row.key} message={null} item={row.item} isLast={false} maySkip={false} />;
    case "message":
      return <Row key={row.key} id={row.key} message={row.message} item={null} isLast={row.isLast} maySkip={at < count - ALWAYS_VISIBLE} />;
  }
}

/** Watches both ends of the mounted rows and brings in more before the reader gets there. */
function useSentinels(box: { readonly current: HTMLElement | null }, handle: WindowHandle) {
  const above = useRef<HTMLDivElement>(null);
  const below = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current === null || above.current === null || below.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          if (!entry.isIntersecting) continue;
          if (entry.target === below.current) handle.extendDown();
          else if (handle.window.start > 0) handle.extendUp();
          else void session.loadOlder();
        }
      },
      { root: box.current, rootMargin: NEAR },
    );
    if (handle.window.start > 0 || session.olderCursor.peek() !== null) observer.observe(above.current);
    if (handle.window.end < session.messages.peek().length) observer.observe(below.current);
    return () => observer.disconnect();
  });
  return { above, below };
}

/** Anchors each question this tab sends, once, when its row is there. */
function useSendAnchor(newest: string | undefined, anchorTo: (id: string) => void): void {
  const done = useRef(newest);
  useLayoutEffect(() => {
    if (newest === undefined || newest === done.current) return;
    done.current = newest;
    anchorTo(newest);
  }, [newest]);
}

export interface TranscriptProps {
  readonly sessionId: string;
  readonly onScrolled: (isScrolled: boolean) => void;
}

export function Transcript({ sessionId, onScrolled }: TranscriptProps) {
  const messages = session.messages.value;
  const expecting = session.expecting.value;
  const outgoing = outbox.items.value.filter((item) => item.sessionId === sessionId);
  const shown = useWindow(messages);
  const { start, end } = shown.window;
  const isAtEnd = end >= messages.length;
  const rows = useMemo(
    () => rowsOf({ messages: messages.slice(start, end), outgoing: isAtEnd ? outgoing : [], expecting: isAtEnd ? expecting : null }),
    [messages, start, end, expecting, outbox.items.value],
  );
  const scroll = useScroll(sessionId);
  const firstRow = rows.find((row) => row.kind === "message");
  useHoldPlace(firstRow?.key, scroll);
  useSendAnchor(outgoing.filter((item) => item.state === "sending").at(-1)?.id, scroll.anchorTo);
  useLayoutEffect(scroll.settle, [rows]);
  const { above, below } = useSentinels(scroll.box, shown);
  useDeepLink(shown.showAround);
  const hasOlder = start > 0 || session.olderCursor.value !== null;

  const jump = (): void => {
    shown.showLatest();
    requestAnimationFrame(() => scroll.stick.current?.jumpToLatest());
  };

  return (
    <div class="transcript-frame">
      <div class="transcript-box" data-scroller="" ref={scroll.box} onScroll={(event) => onScrolled(event.currentTarget.scrollTop > 8)}>
        <div class="transcript" role="log" aria-live="off" aria-label={t("chat.transcript")} ref={scroll.content}>
          <div ref={above} class="sentinel">
            {session.loadingOlder.value && (
              <span role="status" aria-label={t("chat.loadingOlder")}>
                <Spinner />
              </span>
            )}
          </div>
          {!hasOlder && <SystemPromptChip />}
          {rows.map((row, at) => renderRow(row, at, rows.length, session.record.value?.model ?? null))}
          <div ref={below} class="sentinel is-below" />
          <div ref={scroll.spacer} class="send-spacer" />
        </div>
      </div>
      {scroll.state.isJumpOffered && <JumpToLatest hasNew={scroll.state.hasNewBelow} onJump={jump} />}
    </div>
  );
}
