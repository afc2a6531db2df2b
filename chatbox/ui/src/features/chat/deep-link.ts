/** `#m-<id>`: loads as far as that message, shows it, marks it for two seconds and focuses it. */
import { useEffect } from "preact/hooks";
import { place } from "../../lib/router";
import { session } from "../../lib/state/session";
import { controller } from "./places";

const MARK_MS = 2_000;

function reveal(id: string): void {
  const row = document.getElementById(`m-${id}`);
  if (row === null) return;
  controller()?.release();
  row.scrollIntoView({ block: "center" });
  row.focus({ preventScroll: true });
  row.classList.add("is-marked");
  setTimeout(() => row.classList.remove("is-marked"), MARK_MS);
}

export function useDeepLink(showAround: (index: number) => void): void {
  const hash = place.value.hash;
  const isReady = session.status.value === "ready" && session.messages.value.length > 0;
  useEffect(() => {
    const id = hash.startsWith("#m-") ? hash.slice(3) : "";
    if (id === "" || !isReady) return undefined;
    let current = true;
    void session.loadUntil(id).then((isThere) => {
      if (!current || !isThere) return;
      showAround(session.messages.peek().findIndex((message) => message.id === id));
      requestAnimationFrame(() => requestAnimationFrame(() => reveal(id)));
    });
    return () => {
      current = false;
    };
  }, [hash, isReady]);
}
