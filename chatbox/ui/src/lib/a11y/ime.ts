/**
 * One answer to "is this Enter meant for the input method?".
 * Browsers disagree on the order of compositionend and keydown: Chromium says isComposing, others
 * say keyCode 229, and Safari fires a plain Enter right after compositionend.
 */
const GRACE_MS = 100;

let endedAt = Number.NEGATIVE_INFINITY;

/** Records a finished composition; exported so that tests can play event orders. */
export function noteCompositionEnd(at: number): void {
  endedAt = at;
}

if (typeof document !== "undefined") {
  document.addEventListener("compositionend", (event) => noteCompositionEnd(event.timeStamp), true);
}

/** What of a keyboard event matters here. */
export type KeyLike = Pick<KeyboardEvent, "key" | "isComposing" | "keyCode" | "timeStamp">;

/** True when the key press belongs to an input method and must not send, rename or pick. */
export function isImeEnter(event: KeyLike): boolean {
  return event.isComposing || event.keyCode === 229 || event.timeStamp - endedAt < GRACE_MS;
}

/** True for an Enter that the reader means as Enter. Every Enter handler goes through this. */
export function isEnter(event: KeyLike): boolean {
  return event.key === "Enter" && !isImeEnter(event);
}
