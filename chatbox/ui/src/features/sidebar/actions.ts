/** What can be done to a row; also keeps the focus and the screen sensible afterwards. */
import type { Session } from "../../lib/api/types";
import { announce } from "../../lib/a11y";
import { t } from "../../lib/i18n";
import { navigate, route } from "../../lib/router";
import { sessions } from "../../lib/state/sessions";
import type { MenuEntry } from "../../lib/ui";
import { renaming } from "./view";

export const titleOf = (session: Session): string => session.title || t("sidebar.untitled");

const linkOf = (id: string): HTMLElement | null => document.querySelector<HTMLElement>(`[data-session="${CSS.escape(id)}"]`);

export function focusRow(id: string): void {
  requestAnimationFrame(() => linkOf(id)?.focus());
}

/** Focuses the row below (or above) before `id` goes away. */
function moveToNeighbour(id: string): void {
  const links = [...document.querySelectorAll<HTMLElement>("[data-session]")];
  const at = links.findIndex((link) => link.dataset.session === id);
  const neighbour = (links[at + 1] ?? links[at - 1])?.dataset.session;
  if (neighbour) focusRow(neighbour);
  else requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-new-chat]")?.focus());
}

function leave(id: string): void {
  const current = route.peek();
  if (current.name === "chat" && current.sessionId === id) navigate("/");
}

function gone(session: Session, act: () => Promise<void>): void {
  moveToNeighbour(session.id);
  leave(session.id);
  void act();
}

export function rename(session: Session, title: string): void {
  renaming.value = null;
  const wanted = title.trim();
  if (wanted && wanted !== session.title) {
    void sessions.rename(session.id, wanted);
    announce(t("sidebar.renamed", { title: wanted }));
  }
}

export const remove = (session: Session): void => gone(session, () => sessions.remove(session.id));

/** The entries of a row's menu. */
export function rowMenu(session: Session): MenuEntry[] {
  if (session.archived) {
    return [
      { id: "restore", label: t("sidebar.unarchive"), icon: "restore", onSelect: () => gone(session, () => sessions.archive(session.id, false)) },
      null,
      { id: "delete", label: t("sidebar.delete"), icon: "trash", danger: true, onSelect: () => remove(session) },
    ];
  }
  return [
    { id: "rename", label: t("sidebar.rename"), icon: "pencil", onSelect: () => (renaming.value = session.id) },
    {
      id: "pin",
      label: session.pinned ? t("sidebar.unpin") : t("sidebar.pin"),
      icon: session.pinned ? "pin-off" : "pin",
      onSelect: () => void sessions.pin(session.id, !session.pinned).then(() => focusRow(session.id)),
    },
    { id: "archive", label: t("sidebar.archive"), icon: "archive", onSelect: () => gone(session, () => sessions.archive(session.id, true)) },
    null,
    { id: "delete", label: t("sidebar.delete"), icon: "trash", danger: true, onSelect: () => remove(session) },
  ];
}
