/** What a key press in the composer means. Pure, so that every combination has a test. */
import { isImeEnter, type KeyLike } from "../../lib/a11y/ime";
import type { SendKey } from "../../lib/api/types";

export type Intent = "send" | "editLast" | "none";

export type ComposerKey = KeyLike & Pick<KeyboardEvent, "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

export interface KeySituation {
  sendKey: SendKey;
  /** A touch keyboard: Enter makes a new line there, the button sends. */
  isCoarse: boolean;
  isEmpty: boolean;
}

function intentOfEnter(event: ComposerKey, situation: KeySituation): Intent {
  if (isImeEnter(event) || event.altKey) return "none";
  if (event.ctrlKey || event.metaKey) return "send";
  if (event.shiftKey || situation.isCoarse || situation.sendKey === "mod_enter") return "none";
  return "send";
}

export function intentOf(event: ComposerKey, situation: KeySituation): Intent {
  if (event.key === "Enter") return intentOfEnter(event, situation);
  const isPlain = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key === "ArrowUp" && isPlain && situation.isEmpty && !event.isComposing) return "editLast";
  return "none";
}
