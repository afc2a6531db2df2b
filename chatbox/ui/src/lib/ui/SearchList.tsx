/**
 * A search field over a list of options (the WAI-ARIA combobox pattern): the focus stays in the
 * field, arrow keys move the mark, Enter picks. Used by Combobox, the model picker and the palette.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { isEnter, isImeEnter } from "../a11y/ime";
import { t } from "../i18n";
import { Icon } from "./Icon";

export interface SearchListProps<T> {
  readonly label: string;
  readonly placeholder: string;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  /** Already filtered, in the order shown. */
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** Items with the same heading must stand together. */
  readonly groupOf?: (item: T) => string;
  readonly render: (item: T) => ComponentChildren;
  readonly onPick: (item: T) => void;
  readonly selected?: string | null;
  readonly isDisabled?: (item: T) => boolean;
  readonly empty?: ComponentChildren;
}

function useMark(count: number, query: string, start: number) {
  const [held, setHeld] = useState({ query, mark: start });
  const setMark = (mark: number): void => setHeld({ query, mark });
  // Another query begins at its first match at once: Enter may follow before any effect has run.
  const mark = held.query === query ? held.mark : query ? 0 : start;
  const kept = Math.min(mark, count - 1);
  const move = (key: string): boolean => {
    if (key === "ArrowDown") setMark((kept + 1) % count);
    else if (key === "ArrowUp") setMark((kept - 1 + count) % count);
    else if (key === "PageDown") setMark(Math.min(count - 1, kept + 8));
    else if (key === "PageUp") setMark(Math.max(0, kept - 8));
    else return false;
    return true;
  };
  return { mark: kept, setMark, move };
}

export function SearchList<T>(props: SearchListProps<T>) {
  const { items, keyOf, groupOf, query } = props;
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = items.findIndex((item) => keyOf(item) === props.selected);
  const { mark, setMark, move } = useMark(items.length, query, Math.max(0, found));
  useEffect(() => list.current?.querySelector('[data-mark="true"]')?.scrollIntoView({ block: "nearest" }), [mark, query]);

  const field = useRef<HTMLInputElement>(null);
  // Appears inside a box that is open already: the focus is on the box itself or went nowhere.
  useEffect(() => {
    const active = document.activeElement;
    if (active?.tagName !== "DIALOG" && active?.contains(field.current)) field.current?.focus();
  }, []);

  const pick = (item: T | undefined): void => {
    if (item !== undefined && !props.isDisabled?.(item)) props.onPick(item);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isImeEnter(event)) return;
    if (isEnter(event)) {
      event.preventDefault();
      pick(items[mark]);
    } else if (items.length > 0 && move(event.key)) event.preventDefault();
  };
  const option = (item: T, index: number) => (
    <div
      key={keyOf(item)}
      id={`${id}-${index}`}
      class="ui-option"
      role="option"
      aria-selected={keyOf(item) === props.selected}
      aria-disabled={props.isDisabled?.(item) || undefined}
      data-mark={index === mark}
      onPointerMove={() => setMark(index)}
      onClick={() => pick(item)}
    >
      {props.render(item)}
    </div>
  );
  return (
    <div class="ui-searchlist">
      <div class="ui-searchlist-field">
        <Icon name="search" size={18} />
        <input
          ref={field}
          class="ui-searchlist-input"
          type="text"
          role="combobox"
          data-autofocus=""
          autocomplete="off"
          spellcheck={false}
          enterKeyHint="go"
          aria-label={props.label}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={items.length > 0 ? `${id}-${mark}` : undefined}
          aria-autocomplete="list"
          placeholder={props.placeholder}
          value={query}
          onInput={(event) => props.onQuery(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <div class="ui-searchlist-list" id={`${id}-list`} role="listbox" aria-label={props.label} ref={list} tabIndex={-1}>
        {groups(items, groupOf).map((group) => (
          <div class="ui-optgroup" role="group" aria-label={group.name || undefined} key={group.name}>
            {group.name && (
              <div class="ui-optgroup-name" aria-hidden="true">
                {group.name}
              </div>
            )}
            {group.items.map(({ item, index }) => option(item, index))}
          </div>
        ))}
      </div>
      {items.length === 0 && <div class="ui-searchlist-empty">{props.empty ?? t("ui.noMatches")}</div>}
      <span class="visually-hidden" role="status">
        {query ? t("ui.results", { n: items.length }) : ""}
      </span>
    </div>
  );
}

interface Group<T> {
  readonly name: string;
  readonly items: { readonly item: T; readonly index: number }[];
}

function groups<T>(items: readonly T[], groupOf?: (item: T) => string): Group<T>[] {
  const found: Group<T>[] = [];
  items.forEach((item, index) => {
    const name = groupOf?.(item) ?? "";
    const last = found[found.length - 1];
    if (last && last.name === name) last.items.push({ item, index });
    else found.push({ name, items: [{ item, index }] });
  });
  return found;
}
