/**
 * A modal dialog on the native element: the rest of the page is inert, Escape closes it, and the
 * focus returns to where it was. On phones it is a sheet from the bottom.
 */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { rememberFocus } from "../a11y/focus";
import { t } from "../i18n";
import { IconButton } from "./IconButton";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly size?: "sm" | "md" | "lg";
  /** `sheet-start` slides in from the side: the sidebar on phones. */
  readonly look?: "dialog" | "sheet" | "sheet-start" | "palette";
  readonly hideTitle?: boolean;
  readonly class?: string;
}

export function Dialog({ title, onClose, children, actions, size = "md", look = "dialog", hideTitle, class: extra = "" }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const closing = useRef(onClose);
  closing.current = onClose;

  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog) return undefined;
    const giveBack = rememberFocus();
    if (!dialog.open) dialog.showModal();
    // Not in sheets: a focused text field would bring up the keyboard of a phone.
    if (look !== "sheet") dialog.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      dialog.close();
      giveBack();
    };
  }, []);

  return (
    <dialog
      ref={ref}
      class={`ui-dialog ui-dialog-${look} ui-dialog-${size} ${extra}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        if (event.target === event.currentTarget) closing.current();
      }}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) closing.current();
      }}
    >
      <div class="ui-dialog-box">
        <header class={hideTitle ? "visually-hidden" : "ui-dialog-head"}>
          <h2 class="ui-dialog-title" id={titleId}>
            {title}
          </h2>
          {!hideTitle && <IconButton icon="x" label={t("ui.close")} onClick={onClose} tip={null} />}
        </header>
        <div class="ui-dialog-body">{children}</div>
        {actions && <footer class="ui-dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  );
}
