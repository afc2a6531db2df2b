/** What can be done with a message: a few buttons, the rest in a menu. */
import { useState } from "preact/hooks";
import { announce } from "../../lib/a11y/announcer";
import { api } from "../../lib/api/client";
import { describeError } from "../../lib/api/errors";
import type { Message } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { copyText } from "../../lib/platform/clipboard";
import { isCoarse } from "../../lib/platform/viewport";
import { hrefOf } from "../../lib/router";
import { may } from "../../lib/state/me";
import { runs } from "../../lib/state/runs";
import { session } from "../../lib/state/session";
import { actions } from "../../lib/state/session-actions";
import { toasts } from "../../lib/state/toasts";
import { IconButton } from "../../lib/ui/IconButton";
import { MenuButton, type MenuEntry } from "../../lib/ui/Menu";
import { editing } from "./editing";

const CONFIRM_MS = 2_000;

function CopyButton({ text }: { readonly text: string }) {
  const [state, setState] = useState<"idle" | "done" | "failed">("idle");
  const copy = async (): Promise<void> => {
    const done = await copyText(text);
    setState(done ? "done" : "failed");
    announce(t(done ? "chat.copied" : "chat.copyFailed"), done ? "polite" : "assertive");
    if (!done) toasts.show({ kind: "error", text: t("chat.copyFailed") });
    setTimeout(() => setState("idle"), CONFIRM_MS);
  };
  const label = t(state === "done" ? "chat.copied" : "chat.copy");
  return <IconButton size="sm" icon={state === "done" ? "check" : "copy"} label={label} onClick={() => void copy()} />;
}

async function copyLink(message: Message): Promise<void> {
  const address = `${location.origin}${hrefOf(`/c/${message.session_id}`)}#m-${message.id}`;
  const done = await copyText(address);
  toasts.show(done ? { text: t("chat.linkCopied") } : { kind: "error", text: t("chat.copyFailed") });
}

async function togglePin(message: Message): Promise<void> {
  try {
    session.put(await api.patch<Message>(`/messages/${message.id}`, { pinned: !message.pinned }));
  } catch (error) {
    toasts.show({ kind: "error", text: describeError(error) });
  }
}

export interface MessageActionsProps {
  readonly message: Message;
  readonly onDelete: () => void;
}

export function canContinue(message: Message): boolean {
  if (message.role !== "assistant") return false;
  if (message.status === "stopped" || message.status === "interrupted") return true;
  if (message.status === "failed") return message.text !== "";
  return message.finish_reason === "length";
}

/** On touch screens older messages show only the menu, so it has the buttons' actions too. */
function touchEntries(message: Message, isBusy: boolean): MenuEntry[] {
  const copy: MenuEntry = { id: "copy", label: t("chat.copy"), icon: "copy", onSelect: () => void copyMessage(message.text) };
  const own: MenuEntry =
    message.role === "user"
      ? { id: "edit-own", label: t("chat.edit"), icon: "pencil", onSelect: () => (editing.value = message.id) }
      : { id: "regenerate", label: t("chat.regenerate"), icon: "refresh", disabled: isBusy, onSelect: () => void actions.regenerate(message) };
  return [copy, own];
}

async function copyMessage(text: string): Promise<void> {
  const done = await copyText(text);
  toasts.show(done ? { kind: "success", text: t("chat.copied") } : { kind: "error", text: t("chat.copyFailed") });
}

function menuFor({ message, onDelete }: MessageActionsProps, isBusy: boolean): MenuEntry[] {
  const isUser = message.role === "user";
  const entries: MenuEntry[] = isCoarse.peek() ? touchEntries(message, isBusy) : [];
  if (isUser) {
    entries.push({ id: "again", label: t("chat.answerAgain"), icon: "refresh", disabled: isBusy, onSelect: () => void actions.regenerate(message) });
  } else {
    entries.push({ id: "edit", label: t("chat.editReply"), icon: "pencil", disabled: isBusy, onSelect: () => (editing.value = message.id) });
  }
  entries.push(
    { id: "pin", label: t(message.pinned ? "chat.unpinMessage" : "chat.pinMessage"), icon: message.pinned ? "pin-off" : "pin", onSelect: () => void togglePin(message) },
    { id: "link", label: t("chat.copyLink"), icon: "external", onSelect: () => void copyLink(message) },
    null,
    { id: "delete", label: t("chat.deleteMessage"), icon: "trash", danger: true, disabled: isBusy, onSelect: onDelete },
  );
  return entries;
}

function OwnButton({ message, isBusy }: { readonly message: Message; readonly isBusy: boolean }) {
  if (message.role === "user") return <IconButton size="sm" icon="pencil" label={t("chat.edit")} onClick={() => (editing.value = message.id)} />;
  return <IconButton size="sm" icon="refresh" label={t("chat.regenerate")} disabled={isBusy} onClick={() => void actions.regenerate(message)} />;
}

export function MessageActions(props: MessageActionsProps) {
  const { message } = props;
  const isBusy = runs.running.value.size > 0 && runs.isRunning(message.session_id);
  return (
    <div class="message-actions" role="group" aria-label={t("chat.actions")}>
      <CopyButton text={message.text} />
      {may("chat") && (
        <>
          <OwnButton message={message} isBusy={isBusy} />
          <MenuButton size="sm" icon="more" label={t("chat.moreActions")} items={() => menuFor(props, isBusy)} />
        </>
      )}
    </div>
  );
}
