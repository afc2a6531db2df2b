/** Keeps a row where it is on the screen while another version takes its place. */
function scroller(element: Element): HTMLElement | null {
  return element.closest<HTMLElement>("[data-scroller]");
}

/**
 * Remembers where `row` stands. The returned function puts the row with the given id there and
 * gives the focus back to the button that was used (or its neighbour when that is switched off).
 */
export function holdPosition(row: HTMLElement | null, button: string): (id: string) => void {
  const box = row === null ? null : scroller(row);
  const top = row?.getBoundingClientRect().top ?? 0;
  const hadFocus = row?.contains(document.activeElement) ?? false;
  return (id) => {
    requestAnimationFrame(() => {
      const next = document.getElementById(`m-${id}`);
      if (next === null || box === null) return;
      box.scrollTop += next.getBoundingClientRect().top - top;
      if (!hadFocus) return;
      const wanted = next.querySelector<HTMLButtonElement>(`[data-branch="${button}"]:not(:disabled)`);
      (wanted ?? next.querySelector<HTMLButtonElement>("[data-branch]:not(:disabled)"))?.focus({ preventScroll: true });
    });
  };
}
