/** Wires the transcript's box to the scroll rules: follow, anchor on send, remember, link to a message. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { SendAnchor, StickController, type StickState } from "../../lib/scroll";
import { heldPlace, holdNext, placeOf, rememberPlace, setController, topRow } from "./places";

export interface ScrollHandle {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly spacer: RefObject<HTMLDivElement | null>;
  readonly stick: RefObject<StickController | null>;
  readonly state: StickState;
  /** Puts a question that was just sent near the top, with room for its reply. */
  readonly anchorTo: (rowId: string) => void;
  /** Call after the rows changed, so that nothing moves before the next paint. */
  readonly settle: () => void;
}

const REST: StickState = { isPinned: true, isJumpOffered: false, hasNewBelow: false };

function goBack(sessionId: string, box: HTMLElement, stick: StickController): void {
  const place = placeOf(sessionId);
  const row = place === undefined ? null : document.getElementById(`m-${place.messageId}`);
  if (place === undefined || row === null) return;
  stick.release();
  stick.scrollTo(box.scrollTop + row.getBoundingClientRect().top - box.getBoundingClientRect().top - place.offset);
}

export function useScroll(sessionId: string): ScrollHandle {
  const box = useRef<HTMLDivElement | null>(null);
  const content = useRef<HTMLDivElement | null>(null);
  const spacer = useRef<HTMLDivElement | null>(null);
  const stick = useRef<StickController | null>(null);
  const anchor = useRef<SendAnchor | null>(null);
  const [state, setState] = useState<StickState>(REST);

  useLayoutEffect(() => {
    if (box.current === null || content.current === null || spacer.current === null) return undefined;
    const element = box.current;
    // Created first, so that the spacer has given way before the controller looks at the height.
    const observer = new ResizeObserver(() => anchor.current?.update());
    observer.observe(content.current);
    const controller = new StickController(element, content.current, { onState: setState });
    stick.current = controller;
    setController(controller);
    goBack(sessionId, element, controller);
    return () => {
      rememberPlace(sessionId, controller.state.isPinned ? null : topRow(element));
      observer.disconnect();
      controller.destroy();
      setController(null);
    };
  }, [sessionId]);

  const anchorTo = (rowId: string): void => {
    const row = document.getElementById(`m-${rowId}`);
    if (row === null) return;
    standAt(row, undefined);
    stick.current?.jumpToLatest();
  };
  /** Makes room below the row, so that it can stand at `gap` from the top. Returns the position. */
  const standAt = (row: HTMLElement, gap: number | undefined): number => {
    if (box.current === null || spacer.current === null) return 0;
    anchor.current?.release();
    anchor.current = new SendAnchor(box.current, spacer.current, gap);
    return anchor.current.anchor(row);
  };
  const settle = (): void => {
    const held = heldPlace();
    const row = held === null ? null : document.getElementById(`m-${held.messageId}`);
    if (held === null || row === null) {
      anchor.current?.update();
      stick.current?.contentChanged();
      return;
    }
    stick.current?.release();
    stick.current?.scrollTo(standAt(row, held.offset));
    holdNext(null);
  };
  return { box, content, spacer, stick, state, anchorTo, settle };
}

interface Held {
  readonly row: HTMLElement;
  readonly top: number;
}

/**
 * Keeps the reader's place while rows are added above. Called while rendering, when the old rows
 * are still in the document; the returned drift is taken out before the new ones are painted.
 */
export function useHoldPlace(firstRowId: string | undefined, handle: ScrollHandle): void {
  const first = useRef(firstRowId);
  const held = useRef<Held | null>(null);
  if (first.current !== firstRowId) {
    const row = first.current === undefined ? null : document.getElementById(`m-${first.current}`);
    const isPinned = handle.stick.current?.state.isPinned ?? true;
    held.current = row === null || isPinned ? null : { row, top: row.getBoundingClientRect().top };
    first.current = firstRowId;
  }
  useLayoutEffect(() => {
    const { current } = held;
    held.current = null;
    const box = handle.box.current;
    if (current === null || box === null || !current.row.isConnected) return;
    const drift = current.row.getBoundingClientRect().top - current.top;
    if (Math.abs(drift) >= 1) handle.stick.current?.scrollTo(box.scrollTop + drift);
  }, [firstRowId]);
}
