/** Which message is being edited, and which one a deep link points at. */
import { signal } from "@preact/signals";
import { session } from "../../lib/state/session";

export const editing = signal<string | null>(null);

/** Opens the editor of the newest user message; false when there is none. */
export function editLastQuestion(): boolean {
  const messages = session.messages.peek();
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at];
    if (message?.role !== "user") continue;
    editing.value = message.id;
    return true;
  }
  return false;
}
