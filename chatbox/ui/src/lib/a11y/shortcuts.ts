/**
 * Keyboard shortcuts: one registry, listed under `?`, each remappable, and all of them
 * switchable off (WCAG 2.1.4). A combination is written "mod+shift+o"; mod is Ctrl, or ⌘ on a Mac.
 */
import { signal } from "@preact/signals";
import { isTyping } from "./focus";
import { isImeEnter } from "./ime";

export interface Shortcut {
  readonly id: string;
  readonly keys: string;
  /** Shown in the sheet; a function so that it follows the locale. */
  readonly label: () => string;
  readonly group: "general" | "sessions" | "chat";
  readonly run: (event: KeyboardEvent) => void;
  /** Absent: always. */
  readonly when?: () => boolean;
  /** Fires in text fields too. Combinations with mod do by default. */
  readonly inFields?: boolean;
}

const STORE = "chatbox.shortcuts";

interface Stored {
  readonly enabled: boolean;
  readonly keys: Readonly<Record<string, string>>;
}

function restore(): Stored {
  try {
    const raw: unknown = JSON.parse(localStorage.getItem(STORE) ?? "null");
    if (raw && typeof raw === "object" && "enabled" in raw && "keys" in raw) return raw as Stored;
  } catch {
    // Unreadable or forbidden storage: the defaults hold.
  }
  return { enabled: true, keys: {} };
}

const stored = signal<Stored>(typeof localStorage === "undefined" ? { enabled: true, keys: {} } : restore());
export const registered = signal<readonly Shortcut[]>([]);

function save(next: Stored): void {
  stored.value = next;
  try {
    localStorage.setItem(STORE, JSON.stringify(next));
  } catch {
    // Private mode without storage: the choice lasts until the page closes.
  }
}

/** Adds shortcuts and returns the function that removes them. */
export function registerShortcuts(...added: readonly Shortcut[]): () => void {
  const ids = new Set(added.map((one) => one.id));
  registered.value = [...registered.peek().filter((one) => !ids.has(one.id)), ...added];
  return () => {
    registered.value = registered.peek().filter((one) => !added.includes(one));
  };
}

export const areShortcutsOn = (): boolean => stored.value.enabled;
export const setShortcutsOn = (enabled: boolean): void => save({ ...stored.peek(), enabled });

/** The combination in force for a shortcut; "" when the user took it away. */
export const keysOf = (one: Shortcut): string => stored.value.keys[one.id] ?? one.keys;

/** Gives a shortcut another combination; null returns to the default. */
export function remap(id: string, keys: string | null): void {
  const { [id]: _dropped, ...rest } = stored.peek().keys;
  save({ ...stored.peek(), keys: keys === null ? rest : { ...rest, [id]: keys } });
}

export const isMac = (): boolean => typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** The combination a key press spells, or "" for a lone modifier. */
export function spell(event: KeyboardEvent, mac = isMac()): string {
  if (["Control", "Shift", "Alt", "Meta", "Dead", "Process"].includes(event.key)) return "";
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  const mod = mac ? event.metaKey : event.ctrlKey;
  const isSymbol = key.length === 1 && key.toUpperCase() === key.toLowerCase();
  const parts = [mod && "mod", event.altKey && "alt", event.shiftKey && !isSymbol && "shift", key];
  return parts.filter(Boolean).join("+");
}

const NAMES: Readonly<Record<string, string>> = {
  escape: "Esc", enter: "Enter", arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→", space: "Space",
};

/** The keys as caps for display: ["Ctrl", "K"]. */
export function caps(keys: string, mac = isMac()): string[] {
  if (!keys) return [];
  return keys.split("+").map((part) => {
    if (part === "mod") return mac ? "⌘" : "Ctrl";
    if (part === "shift") return mac ? "⇧" : "Shift";
    if (part === "alt") return mac ? "⌥" : "Alt";
    return NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
}

/** Runs the shortcut that a key press spells. Returns true when one ran. */
export function dispatch(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || isImeEnter(event) || !stored.peek().enabled) return false;
  const spelled = spell(event);
  if (!spelled) return false;
  const typing = isTyping(event.target);
  const hit = registered.peek().find((one) => {
    if (keysOf(one) !== spelled || (one.when && !one.when())) return false;
    return !typing || (one.inFields ?? spelled.includes("mod+"));
  });
  if (!hit) return false;
  event.preventDefault();
  hit.run(event);
  return true;
}
