/** High contrast is a choice for this screen, not for the account: it stays in the browser. */
import { signal } from "@preact/signals";
import { media } from "./viewport";
import { readLocal, writeLocal } from "./storage";

const STORE = "chatbox.contrast";
const chosen = signal(readLocal(STORE) === "more");
export const systemWantsContrast = media("(prefers-contrast: more)");

export const isHighContrast = (): boolean => chosen.value || systemWantsContrast.value;
export const isHighContrastChosen = (): boolean => chosen.value;

export function setHighContrast(on: boolean): void {
  chosen.value = on;
  writeLocal(STORE, on ? "more" : undefined);
}
