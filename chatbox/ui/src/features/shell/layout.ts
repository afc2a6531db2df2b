/** Whether the sidebar shows, how wide it is, and which overlays are open. */
import { computed, signal } from "@preact/signals";
import { isNarrow, isPhone, readLocal, writeLocal } from "../../lib/platform";

export const MIN_WIDTH = 232;
export const MAX_WIDTH = 400;
export const DEFAULT_WIDTH = 280;
const TABLET_WIDTH = 264;
const STORE = "chatbox.sidebar";

interface Kept {
  readonly width: number;
  readonly open: boolean;
}

export const clampWidth = (width: number): number => Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)));

function restore(): Kept {
  const kept = readLocal(STORE);
  if (typeof kept !== "object" || kept === null) return { width: DEFAULT_WIDTH, open: true };
  const { width, open } = kept as Partial<Kept>;
  return { width: typeof width === "number" ? clampWidth(width) : DEFAULT_WIDTH, open: open !== false };
}

const first = restore();
const width = signal(first.width);
const wideOpen = signal(first.open);
/** On narrow windows the sidebar is closed until it is asked for. */
const narrowOpen = signal(false);

export const sidebarWidth = computed(() => (isNarrow.value ? TABLET_WIDTH : width.value));
export const isSidebarOpen = computed(() => (isNarrow.value ? narrowOpen.value : wideOpen.value));
export const isSidebarModal = isPhone;

const keep = (): boolean => writeLocal(STORE, { width: width.peek(), open: wideOpen.peek() } satisfies Kept);

export function showSidebar(open: boolean): void {
  if (isNarrow.peek()) narrowOpen.value = open;
  else {
    wideOpen.value = open;
    keep();
  }
}

export const toggleSidebar = (): void => showSidebar(!isSidebarOpen.peek());

/** After something was chosen in a sidebar that lies over the page. */
export function leaveSidebar(): void {
  if (isPhone.peek()) narrowOpen.value = false;
}

export function resizeSidebar(next: number): void {
  width.value = clampWidth(next);
  keep();
}

export type Overlay = "palette" | "shortcuts";
export const overlay = signal<Overlay | null>(null);
