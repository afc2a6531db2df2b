/** The bar above a chat: its title (press to rename), the model, the menu. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isEnter } from "../../lib/a11y/ime";
import type { Session } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { copyText } from "../../lib/platform/clipboard";
import { navigate } from "../../lib/router";
import { session } from "../../lib/state/session";
import { sessions } from "../../lib/state/sessions";
import { toasts } from "../../lib/state/toasts";
import { Badge } from "../../lib/ui/Badge";
import { MenuButton, type MenuEntry } from "../../lib/ui/Menu";
import { TopBar } from "../shell";

function TitleEditor({ record, onDone }: { readonly record: Session; readonly onDone: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const closed = useRef(false);
  useLayoutEffect(() => input.current?.select(), []);
  const finish = (save: boolean): void => {
    if (closed.current) return;
    closed.current = true;
    const title = input.current?.value.trim() ?? "";
    if (save && title !== "" && title !== record.title) void sessions.rename(record.id, title);
    onDone();
  };
  return (
    <input
      ref={input}
      class="chat-title-input"
      defaultValue={record.title}
      maxLength={200}
      dir="auto"
      aria-label={t("chat.renameLabel")}
      onBlur={() => finish(true)}
      onKeyDown={(event) => {
        if (event.key !== "Escape" && !isEnter(event)) return;
        event.preventDefault();
        event.stopPropagation();
        finish(event.key !== "Escape");
      }}
    />
  );
}

function conversationText(): string {
  return session.messages
    .peek()
    .map((message) => `## ${t(message.role === "user" ? "chat.you" : "chat.assistant")}\n\n${message.text}`)
    .join("\n\n");
}

async function copyConversation(): Promise<void> {
  while (session.olderCursor.peek() !== null) if ((await session.loadOlder()) === 0) break;
  const done = await copyText(conversationText());
  toasts.show(done ? { kind: "success", text: t("chat.copied") } : { kind: "error", text: t("chat.copyFailed") });
}

function removeSession(id: string): void {
  navigate("/");
  void sessions.remove(id);
}

function menuFor(record: Session, rename: () => void): MenuEntry[] {
  const { id, pinned, archived } = record;
  return [
    { id: "rename", label: t("chat.rename"), icon: "pencil", onSelect: rename },
    { id: "pin", label: t(pinned ? "chat.unpin" : "chat.pin"), icon: pinned ? "pin-off" : "pin", onSelect: () => void sessions.pin(id, !pinned) },
    { id: "copy", label: t("chat.copyConversation"), icon: "copy", onSelect: () => void copyConversation() },
    { id: "archive", label: t(archived ? "chat.unarchive" : "chat.archive"), icon: "archive", onSelect: () => void sessions.archive(id, !archived) },
    null,
    { id: "delete", label: t("chat.deleteChat"), icon: "trash", danger: true, onSelect: () => removeSession(id) },
  ];
}

export function ChatBar({ scrolled }: { readonly scrolled: boolean }) {
  const [isRenaming, setRenaming] = useState(false);
  const record = session.record.value;
  if (record === null) return <TopBar scrolled={scrolled}>{null}</TopBar>;
  const title = record.title === "" ? t("chat.untitled") : record.title;
  const menu = (
    <MenuButton icon="more" label={t("chat.menu")} items={() => menuFor(record, () => setRenaming(true))} />
  );
  return (
    <TopBar scrolled={scrolled} actions={menu}>
      <div class="chat-heading">
        {isRenaming ? (
          <TitleEditor record={record} onDone={() => setRenaming(false)} />
        ) : (
          <h1 class="chat-title" tabIndex={-1}>
            <button type="button" dir="auto" data-tip={t("chat.rename")} onClick={() => setRenaming(true)}>
              {title}
            </button>
          </h1>
        )}
        {record.archived && <Badge>{t("chat.archived")}</Badge>}
      </div>
    </TopBar>
  );
}
