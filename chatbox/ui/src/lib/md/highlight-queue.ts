// Colours code when the browser has time. The highlighter itself is a chunk that loads with the first code block.

const waiting: HTMLElement[] = [];
let isScheduled = false;

/** Colours every code block under `root` when the browser has time. */
export function highlightWithin(root: ParentNode): void {
  for (const code of root.querySelectorAll<HTMLElement>('.md-code code[data-lang]')) {
    if (code.childElementCount === 0 && code.getAttribute('data-lang') !== '') waiting.push(code);
  }
  if (waiting.length > 0 && !isScheduled) schedule();
}

function schedule(): void {
  isScheduled = true;
  const later = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 30));
  later(() => void work(), { timeout: 1_000 });
}

/** One block an idle moment, so that a message full of code never blocks the page. */
async function work(): Promise<void> {
  const next = waiting.shift();
  if (next?.isConnected) {
    const highlighter = await import('./highlight').catch(() => null);
    await highlighter?.highlightElement(next);
  }
  isScheduled = false;
  if (waiting.length > 0) schedule();
}
