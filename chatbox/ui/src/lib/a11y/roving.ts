/** Arrow-key movement within a group of which one element is in the Tab order. */
export interface RovingOptions {
  /** CSS selector of the members, in document order. */
  readonly items: string;
  readonly orientation?: "vertical" | "horizontal" | "both";
  readonly wrap?: boolean;
}

const STEP: Readonly<Record<string, readonly [number, "vertical" | "horizontal"]>> = {
  ArrowDown: [1, "vertical"],
  ArrowUp: [-1, "vertical"],
  ArrowRight: [1, "horizontal"],
  ArrowLeft: [-1, "horizontal"],
};

/** The index the key leads to from `from` among `count` members, or null when it leads nowhere. */
export function nextIndex(key: string, from: number, count: number, options: Omit<RovingOptions, "items">): number | null {
  if (count === 0) return null;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = STEP[key];
  const orientation = options.orientation ?? "vertical";
  if (!step || (orientation !== "both" && step[1] !== orientation)) return null;
  const to = from + step[0];
  if (options.wrap ?? true) return (to + count) % count;
  return to < 0 || to >= count ? null : to;
}

/** Handles a key press inside `root`; returns the element that got the focus, or null. */
export function moveFocus(root: HTMLElement, event: KeyboardEvent, options: RovingOptions): HTMLElement | null {
  const members = [...root.querySelectorAll<HTMLElement>(options.items)].filter((m) => m.getClientRects().length > 0);
  const from = members.findIndex((member) => member.contains(document.activeElement));
  const mirrored = getComputedStyle(root).direction === "rtl";
  const key = mirrored && event.key === "ArrowLeft" ? "ArrowRight" : mirrored && event.key === "ArrowRight" ? "ArrowLeft" : event.key;
  const to = nextIndex(key, from, members.length, options);
  const target = to === null ? undefined : members[to];
  if (!target) return null;
  event.preventDefault();
  target.focus();
  return target;
}
