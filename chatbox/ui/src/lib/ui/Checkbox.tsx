/** A box with its label. */
import type { ComponentChildren } from "preact";

export interface CheckboxProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ComponentChildren;
  readonly disabled?: boolean | undefined;
}

export function Checkbox({ checked, onChange, children, disabled }: CheckboxProps) {
  return (
    <label class="ui-checkbox">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{children}</span>
    </label>
  );
}
