/** Which of the loaded messages are mounted, kept right while the list grows at either end. */
import { useReducer, useRef } from "preact/hooks";
import type { Message } from "../../lib/api/types";
import {
  afterAppend,
  afterPrepend,
  clampWindow,
  extendDown,
  extendUp,
  latestWindow,
  windowAround,
  type MessageWindow,
} from "../../lib/scroll";

/** The window over `after` that shows what the window over `before` showed. */
export function carry(current: MessageWindow, before: readonly Message[], after: readonly Message[]): MessageWindow {
  const first = before[0];
  if (first === undefined) return latestWindow(after.length);
  const shift = after.findIndex((message) => message.id === first.id);
  if (shift < 0) return latestWindow(after.length);
  // Older messages were loaded because the reader is near the top: they are shown at once.
  const moved = shift === 0 ? current : extendUp(afterPrepend(current, shift));
  return clampWindow(afterAppend(moved, before.length + shift, after.length), after.length);
}

export interface WindowHandle {
  readonly window: MessageWindow;
  readonly extendUp: () => void;
  readonly extendDown: () => void;
  readonly showLatest: () => void;
  readonly showAround: (index: number) => void;
}

export function useWindow(messages: readonly Message[]): WindowHandle {
  const held = useRef({ messages, window: latestWindow(messages.length) });
  const [, render] = useReducer((count: number, _action: null) => count + 1, 0);
  if (held.current.messages !== messages) {
    held.current = { messages, window: carry(held.current.window, held.current.messages, messages) };
  }
  const set = (window: MessageWindow): void => {
    held.current = { ...held.current, window };
    render(null);
  };
  const count = (): number => held.current.messages.length;
  return {
    window: held.current.window,
    extendUp: () => set(extendUp(held.current.window)),
    extendDown: () => set(extendDown(held.current.window, count())),
    showLatest: () => set(latestWindow(count())),
    showAround: (index) => set(windowAround(index, count())),
  };
}
