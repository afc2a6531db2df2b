/** Texts for screen readers. `Announcer` in the shell renders the two live regions. */
import { signal } from "@preact/signals";

export const politeText = signal("");
export const assertiveText = signal("");

/** Says `text` to screen readers; the same text twice in a row is heard twice. */
export function announce(text: string, how: "polite" | "assertive" = "polite"): void {
  const region = how === "polite" ? politeText : assertiveText;
  region.value = region.peek() === text ? `${text}\u00a0` : text;
}
