/** One session in the list: title, what is happening in it, its menu, renaming in place. */
import { useEffect, useRef, useState } from "preact/hooks";
import { isEnter, isImeEnter } from "../../lib/a11y";
import type { Session } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { hrefOf } from "../../lib/router";
import { Icon, Menu, MenuButton, type Box } from "../../lib/ui";
import { focusRow, remove, rename, rowMenu, titleOf } from "./actions";
import { renaming } from "./view";

export interface SessionRowProps {
  readonly session: Session;
  readonly isCurrent: boolean;
  readonly isRunning: boolean;
  readonly isUnread: boolean;
  readonly hasDraft: boolean;
  /** The one row that Tab reaches; arrow keys lead to the others. */
  readonly isTabStop: boolean;
}

function RenameField({ session }: { readonly session: Session }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const done = (title: string): void => {
    if (renaming.peek() !== session.id) return;
    rename(session, title);
  };
  return (
    <input
      ref={field}
      class="side-rename"
      aria-label={t("sidebar.rename_label", { title: titleOf(session) })}
      defaultValue={session.title}
      maxLength={200}
      enterKeyHint="done"
      onBlur={(event) => done(event.currentTarget.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (isEnter(event)) done(event.currentTarget.value);
        else if (event.key === "Escape" && !isImeEnter(event)) renaming.value = null;
        else return;
        event.preventDefault();
        focusRow(session.id);
      }}
    />
  );
}

function Marks({ isRunning, isUnread, hasDraft, isCurrent }: SessionRowProps) {
  const mark = isRunning ? "running" : isUnread ? "unread" : hasDraft && !isCurrent ? "draft" : null;
  if (!mark) return null;
  return (
    <span class="side-mark">
      {mark === "draft" ? <Icon name="pencil" size={14} /> : <span class={mark === "running" ? "side-ring" : "side-dot"} />}
      <span class="visually-hidden">{mark === "running" ? t("sidebar.running") : mark === "unread" ? t("sidebar.unread") : t("sidebar.draft")}</span>
    </span>
  );
}

export function SessionRow(props: SessionRowProps) {
  const { session, isCurrent } = props;
  const [at, setAt] = useState<Box | null>(null);
  const isRenaming = renaming.value === session.id;
  const title = titleOf(session);
  return (
    <li
      class={`side-row ${props.isUnread ? "side-unread" : ""} ${isCurrent ? "side-current" : ""}`}
      onContextMenu={(event) => {
        if (isRenaming) return;
        event.preventDefault();
        setAt({ left: event.clientX, top: event.clientY, width: 0, height: 0 });
      }}
    >
      {isRenaming ? (
        <RenameField session={session} />
      ) : (
        <>
          <a
            class="side-link"
            href={hrefOf(`/c/${session.id}`)}
            data-session={session.id}
            aria-current={isCurrent ? "page" : undefined}
            tabIndex={props.isTabStop ? 0 : -1}
            title={title}
            onDblClick={() => (renaming.value = session.archived ? null : session.id)}
            onKeyDown={(event) => {
              if (event.key === "F2" && !session.archived) renaming.value = session.id;
              else if (event.key === "Delete") remove(session);
              else return;
              event.preventDefault();
            }}
          >
            <span class="side-title">
              <bdi>{title}</bdi>
            </span>
            <Marks {...props} />
          </a>
          <MenuButton icon="more" size="sm" class="side-more" label={t("sidebar.menu_of", { title })} tip={null} tabIndex={props.isTabStop ? 0 : -1} items={() => rowMenu(session)} />
        </>
      )}
      {at && <Menu anchor={at} label={t("sidebar.menu_of", { title })} items={rowMenu(session)} onClose={() => setAt(null)} />}
    </li>
  );
}
