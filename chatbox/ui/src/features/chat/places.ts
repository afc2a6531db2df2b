/** Where the reader was in each session, and the scroll box that is on the screen now. */
import type { StickController } from "../../lib/scroll";

export interface Place {
  /** The message at the top of the screen, and how far its top is from the box's. */
  readonly messageId: string;
  readonly offset: number;
}

const MAX = 50;
const places = new Map<string, Place>();

export function rememberPlace(sessionId: string, place: Place | null): void {
  places.delete(sessionId);
  if (place === null) return;
  places.set(sessionId, place);
  for (const oldest of places.keys()) {
    if (places.size <= MAX) break;
    places.delete(oldest);
  }
}

export const placeOf = (sessionId: string): Place | undefined => places.get(sessionId);

/** The first row that reaches into the box. */
export function topRow(box: HTMLElement): Place | null {
  const edge = box.getBoundingClientRect().top;
  for (const row of box.querySelectorAll<HTMLElement>("[data-row]")) {
    const rect = row.getBoundingClientRect();
    if (rect.bottom > edge) return { messageId: row.id.slice(2), offset: rect.top - edge };
  }
  return null;
}

let held: Place | null = null;

/** Where a row has to stand as soon as it is rendered; null when that is done or given up. */
export const holdNext = (place: Place | null): void => void (held = place);
export const heldPlace = (): Place | null => held;

let current: StickController | null = null;

export const setController = (controller: StickController | null): void => void (current = controller);
export const controller = (): StickController | null => current;
