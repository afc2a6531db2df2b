/** The shell's own shortcuts. Other features register theirs where they live. */
import { registerShortcuts } from "../../lib/a11y";
import { t } from "../../lib/i18n";
import { navigate } from "../../lib/router";
import { toasts } from "../../lib/state/toasts";
import { overlay, showSidebar, toggleSidebar } from "./layout";

function searchSessions(): void {
  showSidebar(true);
  requestAnimationFrame(() => document.querySelector<HTMLInputElement>("[data-session-search]")?.focus());
}

function undoLast(): void {
  const last = [...toasts.items.peek()].reverse().find((toast) => toast.action);
  if (last) toasts.act(last.id);
}

export function registerShellShortcuts(): () => void {
  return registerShortcuts(
    { id: "palette", keys: "mod+k", group: "general", label: () => t("shell.shortcut_palette"), run: () => (overlay.value = overlay.peek() === "palette" ? null : "palette") },
    { id: "new_chat", keys: "mod+shift+o", group: "sessions", label: () => t("shell.new_chat"), run: () => navigate("/") },
    { id: "search", keys: "mod+shift+f", group: "sessions", label: () => t("shell.shortcut_search"), run: searchSessions },
    { id: "sidebar", keys: "mod+b", group: "general", label: () => t("shell.shortcut_sidebar"), run: toggleSidebar },
    { id: "settings", keys: "mod+,", group: "general", label: () => t("shell.shortcut_settings"), run: () => navigate("/settings/appearance") },
    { id: "undo", keys: "mod+shift+z", group: "general", label: () => t("shell.shortcut_undo"), inFields: false, when: () => toasts.items.peek().some((toast) => toast.action), run: undoLast },
    { id: "shortcuts", keys: "?", group: "general", label: () => t("shell.shortcut_sheet"), run: () => (overlay.value = "shortcuts") },
  );
}
