/**
 * The History API as signals. Plain `<a href>` links work: clicks on same-origin paths of the
 * interface are taken over here, everything else is left to the browser.
 */
import { computed, signal } from "@preact/signals";
import { base } from "../state/boot";
import { match, type Route } from "./routes";

interface Place {
  readonly path: string;
  readonly search: string;
  readonly hash: string;
}

/** Paths that the server answers itself. */
const SERVED = /^\/(api|v1|docs|schema|assets|healthz|readyz|metrics)(\/|$)/;

const strip = (pathname: string): string => (base && pathname.startsWith(base) ? pathname.slice(base.length) || "/" : pathname);

function here(): Place {
  if (typeof window === "undefined") return { path: "/", search: "", hash: "" };
  return { path: strip(window.location.pathname), search: window.location.search, hash: window.location.hash };
}

export const place = signal<Place>(here());
export const route = computed<Route>(() => match(place.value.path));
/** True from the first navigation on: the first screen must not steal the focus. */
export const hasNavigated = signal(false);

/** The address of a path of the interface, for `href`. */
export const hrefOf = (path: string): string => `${base}${path}`;

/** Shows another screen. The same address again replaces its history entry. */
export function navigate(path: string, options: { readonly replace?: boolean } = {}): void {
  const target = hrefOf(path);
  const same = target === window.location.pathname + window.location.search + window.location.hash;
  if (options.replace || same) window.history.replaceState(window.history.state, "", target);
  else window.history.pushState(null, "", target);
  hasNavigated.value = true;
  place.value = here();
}

function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.defaultPrevented && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

function onClick(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement) || !isPlainClick(event)) return;
  if (link.target || link.hasAttribute("download") || link.origin !== window.location.origin) return;
  const path = strip(link.pathname);
  if (SERVED.test(path) || (base && !link.pathname.startsWith(base))) return;
  if (path === place.peek().path && link.hash) return;
  event.preventDefault();
  navigate(path + link.search + link.hash);
}

/** Starts following links and the back and forward buttons; returns the function that stops. */
export function startRouter(): () => void {
  const onPop = (): void => {
    hasNavigated.value = true;
    place.value = here();
  };
  window.addEventListener("popstate", onPop);
  window.addEventListener("hashchange", onPop);
  document.addEventListener("click", onClick);
  place.value = here();
  return () => {
    window.removeEventListener("popstate", onPop);
    window.removeEventListener("hashchange", onPop);
    document.removeEventListener("click", onClick);
  };
}
