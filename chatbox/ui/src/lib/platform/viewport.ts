/** The visible part of the page, as signals and CSS variables. */
import { signal, type ReadonlySignal } from "@preact/signals";

/** A media query as a signal. */
export function media(query: string): ReadonlySignal<boolean> {
  if (typeof matchMedia === "undefined") return signal(false);
  const list = matchMedia(query);
  const result = signal(list.matches);
  list.addEventListener("change", (event) => {
    result.value = event.matches;
  });
  return result;
}

/** One column, sheets instead of popovers. */
export const isPhone = media("(max-width: 599.98px)");
/** The sidebar lies over the page instead of beside it. */
export const isNarrow = media("(max-width: 899.98px)");
export const isCoarse = media("(pointer: coarse)");
export const prefersReducedMotion = media("(prefers-reduced-motion: reduce)");

/**
 * Keeps `--app-height` right where `100dvh` is missing or the on-screen keyboard only shrinks the
 * visual viewport (iOS). Everything else uses the CSS default.
 */
export function followViewport(root: HTMLElement = document.documentElement): void {
  const visual = window.visualViewport;
  if (!visual) return;
  const apply = (): void => {
    const isZoomed = visual.scale > 1.01;
    const isCovered = window.innerHeight - visual.height > 80;
    const needsHelp = !CSS.supports("height", "100dvh") || isCovered;
    if (needsHelp && !isZoomed) root.style.setProperty("--app-height", `${Math.round(visual.height)}px`);
    else root.style.removeProperty("--app-height");
  };
  visual.addEventListener("resize", apply);
  apply();
}
