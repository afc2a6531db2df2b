/** One of a few, all in sight. `cards` shows them side by side with an icon. */
import { useId } from "preact/hooks";
import { Icon } from "./Icon";
import type { IconName } from "./icons";

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
  readonly icon?: IconName;
}

export interface RadioGroupProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly Choice<T>[];
  readonly onChange: (value: T) => void;
  readonly look?: "list" | "cards";
  readonly hint?: string;
}

export function RadioGroup<T extends string>({ label, value, choices, onChange, look = "list", hint }: RadioGroupProps<T>) {
  const name = useId();
  return (
    <fieldset class={`ui-radiogroup ui-radiogroup-${look}`}>
      <legend class="ui-label">{label}</legend>
      {hint && <p class="ui-hint">{hint}</p>}
      <div class="ui-radiogroup-choices">
        {choices.map((choice) => (
          <label class="ui-radio" key={choice.value}>
            <input type="radio" name={name} checked={choice.value === value} onChange={() => onChange(choice.value)} />
            {choice.icon && <Icon name={choice.icon} />}
            <span class="ui-radio-text">
              {choice.label}
              {choice.hint && <span class="ui-hint">{choice.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
