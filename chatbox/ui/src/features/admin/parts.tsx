/** What the pages of administration share: lists, dialogs with a form, a link that is shown once. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { announce } from "../../lib/a11y";
import { formatDateTime, t } from "../../lib/i18n";
import { copyText } from "../../lib/platform";
import { Banner, Button, Dialog, EmptyState, ErrorState, Skeleton } from "../../lib/ui";
import type { Pages } from "./use-pages";
import type { Work } from "./use-work";

export interface PagedProps<T> {
  readonly pages: Pages<T>;
  readonly label: string;
  readonly empty: ComponentChildren;
  readonly class?: string;
  /** Something is filtered: how much is left is told to screen readers. */
  readonly isFiltered?: boolean;
  readonly children: (item: T) => ComponentChildren;
}

/** A list in pages, with its states. */
export function Paged<T>({ pages, label, empty, class: extra = "", isFiltered, children }: PagedProps<T>) {
  const { items, problem, busy, more, reload } = pages;
  return (
    <>
      {problem && <ErrorState title={t("settings.load_failed")} detail={problem} onRetry={reload} />}
      {!items && !problem && <Skeleton kind="card" lines={4} />}
      {items?.length === 0 && empty}
      {items && items.length > 0 && (
        <ul class={`admin-list ${extra}`} aria-label={label} aria-busy={busy}>
          {items.map(children)}
        </ul>
      )}
      <span class="visually-hidden" role="status">
        {isFiltered && items && !busy ? t("ui.results", { n: items.length }) : ""}
      </span>
      {more && (
        <div>
          <Button busy={busy} onClick={more}>
            {t("admin.more")}
          </Button>
        </div>
      )}
    </>
  );
}

/** Where the focus goes when a row is gone: to a control of its neighbour, else to the page's heading. */
export function focusAfter(row: Element | null | undefined): void {
  const next = (row?.nextElementSibling ?? row?.previousElementSibling)?.querySelector<HTMLElement>("button, a");
  (next ?? document.querySelector<HTMLElement>("[data-page-heading]"))?.focus();
}

export const Nothing = ({ text }: { readonly text: string }) => <EmptyState title={text} />;

export interface FormDialogProps {
  readonly title: string;
  readonly submit: string;
  readonly work: Work;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly children?: ComponentChildren;
}

/** A dialog that asks for something and does it. */
export function FormDialog({ title, submit, work, onSubmit, onClose, danger, disabled, children }: FormDialogProps) {
  return (
    <Dialog title={title} size="sm" onClose={onClose}>
      <form class="settings-form" noValidate onSubmit={(event) => (event.preventDefault(), disabled ? undefined : onSubmit())}>
        {children}
        {work.problems.form && <ErrorState title={t("admin.not_done")} detail={work.problems.form} />}
        <div class="settings-buttons">
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button type="submit" kind={danger ? "danger" : "primary"} busy={work.busy} disabled={disabled}>
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export interface OnceDialogProps {
  readonly title: string;
  readonly text: string;
  readonly url: string;
  readonly expires: string;
  readonly onClose: () => void;
}

/** A link that opens an account: shown this once, to be handed on. */
/** The link as others reach it: a server that was not told its address names its own computer, this page knows better. */
function reachable(url: string): string {
  const link = new URL(url);
  return /^(127\.|localhost$|\[::1\]$)/.test(link.hostname) ? location.origin + link.pathname + link.hash : url;
}

export function OnceDialog({ title, text, url: told, expires, onClose }: OnceDialogProps) {
  const url = reachable(told);
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = async (): Promise<void> => {
    const done = await copyText(url);
    setCopied(done);
    announce(t(done ? "ui.copied" : "ui.copyFailed"));
    if (!done) field.current?.select();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="settings-form">
        <p class="settings-text">{text}</p>
        <div class="admin-once">
          <input ref={field} class="ui-input" readOnly aria-label={t("admin.link")} value={url} onFocus={(event) => event.currentTarget.select()} />
          <Button kind="primary" icon={copied ? "check" : "copy"} data-autofocus="" onClick={() => void copy()}>
            {t(copied ? "ui.copied" : "admin.link_copy")}
          </Button>
        </div>
        {copied === false && <p class="ui-field-error">{t("ui.copyFailed")}</p>}
        <Banner tone="warn">{t("admin.link_once", { time: formatDateTime(expires) })}</Banner>
        <div class="settings-buttons">
          <Button onClick={onClose}>{t("ui.close")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
