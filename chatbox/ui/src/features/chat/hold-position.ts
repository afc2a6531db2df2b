/** Keeps a row where it is on the screen, and the keyboard in it, while another version takes its place. */
import { holdNext } from "./places";

/**
 * Call before the change: the row `nextId` will stand where `row` stands now. Call the returned
 * function after it: the focus goes back to the button that was used, or to its neighbour.
 */
export function holdPosition(row: HTMLElement | null, nextId: string, button: string): () => void {
  const box = row?.closest<HTMLElement>("[data-scroller]") ?? null;
  const hadFocus = row?.contains(document.activeElement) ?? false;
  if (row !== null && box !== null) {
    holdNext({ messageId: nextId, offset: row.getBoundingClientRect().top - box.getBoundingClientRect().top });
  }
  return () => {
    requestAnimationFrame(() => {
      holdNext(null);
      const next = document.getElementById(`m-${nextId}`);
      if (!hadFocus || next === null) return;
      const wanted = next.querySelector<HTMLButtonElement>(`[data-branch="${button}"]:not(:disabled)`);
      (wanted ?? next.querySelector<HTMLButtonElement>("[data-branch]:not(:disabled)"))?.focus({ preventScroll: true });
    });
  };
}
