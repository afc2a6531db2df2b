/** A menu of actions: arrow keys, Home, End, first letters, Escape. */
import type { ComponentChildren, RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { moveFocus } from "../a11y/roving";
import { Icon } from "./Icon";
import { IconButton, type IconButtonProps } from "./IconButton";
import type { IconName } from "./icons";
import { Kbd } from "./Kbd";
import type { Box, Placement } from "./place";
import { Popover } from "./Popover";

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly onSelect: () => void;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Given: the item is one of a choice and shows a tick. */
  readonly checked?: boolean;
  readonly keys?: string;
}

/** null draws a line between groups. */
export type MenuEntry = MenuItem | null;

export interface MenuProps {
  readonly anchor: RefObject<HTMLElement | null> | Box;
  readonly label: string;
  readonly items: readonly MenuEntry[];
  readonly onClose: () => void;
  readonly placement?: Placement;
  readonly header?: ComponentChildren;
}

function typeAhead(root: HTMLElement, letter: string): void {
  const members = [...root.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
  const from = members.findIndex((member) => member === document.activeElement);
  const ordered = [...members.slice(from + 1), ...members.slice(0, from + 1)];
  ordered.find((member) => member.textContent?.trim().toLowerCase().startsWith(letter))?.focus();
}

/** The open menu; render it only while it is open. */
export function Menu({ anchor, label, items, onClose, placement = "bottom-start", header }: MenuProps) {
  return (
    <Popover anchor={anchor} onClose={onClose} label={label} placement={placement} role="menu" class="ui-menu">
      {header}
      <div
        class="ui-menu-items"
        role="presentation"
        onKeyDown={(event) => {
          if (moveFocus(event.currentTarget, event, { items: '[role^="menuitem"]:not([disabled])' })) return;
          if (event.key.length === 1 && event.key !== " ") typeAhead(event.currentTarget, event.key.toLowerCase());
        }}
      >
        {items.map((item, index) =>
          item === null ? (
            <hr class="ui-menu-line" key={`line-${index}`} />
          ) : (
            <button
              type="button"
              key={item.id}
              class={`ui-menu-item ${item.danger ? "ui-menu-danger" : ""}`}
              role={item.checked === undefined ? "menuitem" : "menuitemradio"}
              aria-checked={item.checked}
              disabled={item.disabled}
              tabIndex={-1}
              data-autofocus={item.checked ? "" : undefined}
              onClick={() => {
                onClose();
                item.onSelect();
              }}
            >
              {item.icon && <Icon name={item.icon} size={18} />}
              <span class="ui-menu-text">{item.label}</span>
              {item.checked && <Icon name="check" size={16} />}
              {item.keys && <Kbd keys={item.keys} />}
            </button>
          ),
        )}
      </div>
    </Popover>
  );
}

export interface MenuButtonProps extends Omit<IconButtonProps, "onClick"> {
  readonly items: readonly MenuEntry[] | (() => readonly MenuEntry[]);
  readonly placement?: Placement;
  readonly onOpenChange?: (isOpen: boolean) => void;
}

/** An icon button with its menu. */
export function MenuButton({ items, placement = "bottom-end", onOpenChange: told, ...button }: MenuButtonProps) {
  const anchor = useRef<HTMLSpanElement>(null);
  const [isOpen, setOpen] = useState(false);
  const toggle = (next: boolean): void => {
    setOpen(next);
    told?.(next);
  };
  return (
    <span class="ui-menubutton" ref={anchor}>
      <IconButton {...button} tip={isOpen ? null : (button.tip ?? button.label)} aria-haspopup="menu" aria-expanded={isOpen} onClick={() => toggle(!isOpen)} />
      {isOpen && (
        <Menu anchor={anchor} label={button.label} items={typeof items === "function" ? items() : items} placement={placement} onClose={() => toggle(false)} />
      )}
    </span>
  );
}
