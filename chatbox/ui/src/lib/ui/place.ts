/** Where a floating box goes: beside its anchor, flipped and shifted to stay on the screen. */
export type Placement = "bottom-start" | "bottom-end" | "top-start" | "top-end" | "top" | "bottom";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Spot {
  readonly left: number;
  readonly top: number;
  readonly maxHeight: number;
}

const MARGIN = 8;

/** Pure geometry, in CSS pixels of the viewport. `rtl` mirrors start and end. */
export function spot(anchor: Box, box: { width: number; height: number }, view: { width: number; height: number }, how: { placement: Placement; gap: number; rtl: boolean }): Spot {
  const [side, align = "center"] = how.placement.split("-");
  const below = view.height - (anchor.top + anchor.height) - how.gap - MARGIN;
  const above = anchor.top - how.gap - MARGIN;
  const fits = side === "bottom" ? box.height <= below || below >= above : !(box.height <= above || above >= below);
  const maxHeight = Math.max(80, fits ? below : above);
  const height = Math.min(box.height, maxHeight);
  const top = fits ? anchor.top + anchor.height + how.gap : anchor.top - how.gap - height;
  const startsLeft = (align === "start") !== how.rtl;
  const left = align === "center" ? anchor.left + (anchor.width - box.width) / 2 : startsLeft ? anchor.left : anchor.left + anchor.width - box.width;
  return {
    left: Math.max(MARGIN, Math.min(left, view.width - box.width - MARGIN)),
    top: Math.max(MARGIN, top),
    maxHeight,
  };
}

/** Puts `element` beside `anchor`. Positions are set through the CSSOM, which the CSP allows. */
export function place(element: HTMLElement, anchor: HTMLElement | Box, placement: Placement, gap = 4): void {
  const box = anchor instanceof HTMLElement ? anchor.getBoundingClientRect() : anchor;
  element.style.setProperty("max-height", "none");
  const rtl = getComputedStyle(element).direction === "rtl";
  const view = { width: document.documentElement.clientWidth, height: window.innerHeight };
  const found = spot(box, { width: element.offsetWidth, height: element.offsetHeight }, view, { placement, gap, rtl });
  element.style.setProperty("left", `${Math.round(found.left)}px`);
  element.style.setProperty("top", `${Math.round(found.top)}px`);
  element.style.setProperty("max-height", `${Math.floor(found.maxHeight)}px`);
}
