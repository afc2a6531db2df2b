/** A button that opens a searchable list: for choices too many for a select. */
import { useRef, useState } from "preact/hooks";
import { Icon } from "./Icon";
import { Popover } from "./Popover";
import { SearchList } from "./SearchList";

export interface ComboOption {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
  readonly group?: string;
}

export interface ComboboxProps {
  readonly id?: string;
  readonly label: string;
  readonly value: string | null;
  readonly options: readonly ComboOption[];
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
  readonly "aria-describedby"?: string | undefined;
}

export function Combobox({ id, label, value, options, placeholder, onChange, ...aria }: ComboboxProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const close = (): void => {
    setOpen(false);
    setQuery("");
  };
  const needle = query.trim().toLowerCase();
  const shown = options.filter((option) => `${option.label} ${option.group ?? ""}`.toLowerCase().includes(needle));
  const current = options.find((option) => option.value === value);
  return (
    <>
      <button
        type="button"
        id={id}
        ref={anchor}
        class="ui-input ui-combobox"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-describedby={aria["aria-describedby"]}
        aria-label={`${label}: ${current?.label ?? placeholder}`}
        onClick={() => (isOpen ? close() : setOpen(true))}
      >
        <span class={current ? "ui-combobox-value" : "ui-combobox-value ui-placeholder"}>{current?.label ?? placeholder}</span>
        <Icon name="chevron-down" size={16} />
      </button>
      {isOpen && (
        <Popover anchor={anchor} onClose={close} label={label} sheetOnPhone class="ui-combobox-popover">
          <SearchList
            label={label}
            placeholder={placeholder}
            query={query}
            onQuery={setQuery}
            items={shown}
            keyOf={(option) => option.value}
            groupOf={(option) => option.group ?? ""}
            selected={value}
            render={(option) => (
              <span class="ui-option-row">
                <span class="ui-option-text">{option.label}</span>
                {option.hint && <span class="ui-option-hint">{option.hint}</span>}
                {option.value === value && <Icon name="check" size={16} />}
              </span>
            )}
            onPick={(option) => {
              onChange(option.value);
              close();
            }}
          />
        </Popover>
      )}
    </>
  );
}
