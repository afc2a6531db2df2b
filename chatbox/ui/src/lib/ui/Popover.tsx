/**
 * A floating, non-modal box beside its anchor. Escape and a press outside close it; Tab out of it
 * closes it. Uses the top layer where `popover` exists, so no ancestor can clip it.
 */
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { focusable } from "../a11y/focus";
import { isPhone } from "../platform/viewport";
import { Dialog } from "./Dialog";
import { place, type Box, type Placement } from "./place";

export interface PopoverProps {
  /** The element it hangs on, or a box such as the pointer's position. */
  readonly anchor: RefObject<HTMLElement | null> | Box;
  readonly onClose: () => void;
  readonly label: string;
  readonly children: ComponentChildren;
  readonly placement?: Placement;
  readonly role?: "dialog" | "menu" | "group";
  /** On phones the content comes as a bottom sheet instead. */
  readonly sheetOnPhone?: boolean;
  /** Where the focus goes when it opens; the first focusable element by default. */
  readonly focus?: "first" | "none";
  readonly class?: string;
}

const resolve = (anchor: PopoverProps["anchor"]): HTMLElement | Box | null => ("current" in anchor ? anchor.current : anchor);

function Floating({ anchor, onClose, label, children, placement = "bottom-start", role = "dialog", focus = "first", class: extra = "" }: PopoverProps) {
  const ref = useRef<HTMLDivElement>(null);
  const closing = useRef(onClose);
  closing.current = onClose;

  useLayoutEffect(() => {
    const box = ref.current;
    const target = resolve(anchor);
    if (!box || !target) return undefined;
    const before = document.activeElement;
    box.showPopover?.();
    const settle = (): void => place(box, target, placement);
    settle();
    if (focus === "first") (box.querySelector<HTMLElement>("[autofocus], [data-autofocus]") ?? focusable(box)[0] ?? box).focus({ preventScroll: true });
    const watcher = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(settle);
    watcher?.observe(box);
    window.addEventListener("resize", settle);
    return () => {
      watcher?.disconnect();
      window.removeEventListener("resize", settle);
      if (before instanceof HTMLElement && (box.contains(document.activeElement) || document.activeElement === document.body)) before.focus({ preventScroll: true });
    };
  }, []);

  useEffect(() => {
    const outside = (event: Event): void => {
      const node = event.target as Node;
      const target = resolve(anchor);
      if (ref.current?.contains(node) || (target instanceof HTMLElement && target.contains(node))) return;
      closing.current();
    };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, []);

  return (
    <div
      ref={ref}
      class={`ui-popover ${extra}`}
      popover="manual"
      role={role}
      aria-label={label}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        event.stopPropagation();
        closing.current();
      }}
      onFocusOut={(event) => {
        const next = event.relatedTarget;
        const target = resolve(anchor);
        if (!(next instanceof Node) || event.currentTarget.contains(next)) return;
        if (!(target instanceof HTMLElement && target.contains(next))) closing.current();
      }}
    >
      {children}
    </div>
  );
}

export function Popover(props: PopoverProps) {
  if (props.sheetOnPhone && isPhone.value) {
    return (
      <Dialog title={props.label} look="sheet" onClose={props.onClose} class={props.class ?? ""}>
        {props.children}
      </Dialog>
    );
  }
  return <Floating {...props} />;
}
