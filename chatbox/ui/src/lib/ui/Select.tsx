/** A native select: the platform's own list, on phones too. */
import type { JSX } from "preact";
import { Icon } from "./Icon";

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
}

export interface SelectProps<T extends string> extends Omit<JSX.IntrinsicElements["select"], "value" | "onChange"> {
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onValue: (value: T) => void;
}

export function Select<T extends string>({ value, options, onValue, class: extra, ...rest }: SelectProps<T>) {
  const pick = (chosen: string): void => {
    const option = options.find((one) => one.value === chosen);
    if (option) onValue(option.value);
  };
  return (
    <span class={`ui-select ${typeof extra === "string" ? extra : ""}`}>
      <select {...(rest as object)} class="ui-input" value={value} onChange={(event) => pick(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" size={16} />
    </span>
  );
}
