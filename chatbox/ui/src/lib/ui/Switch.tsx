/** On or off, taking effect at once. */
export interface SwitchProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly label: string;
  /** The label is shown elsewhere, for instance in the row's first column. */
  readonly hideLabel?: boolean;
  readonly disabled?: boolean | undefined;
  readonly describedBy?: string;
}

export function Switch({ checked, onChange, label, hideLabel, disabled, describedBy }: SwitchProps) {
  return (
    <label class="ui-switch">
      <input
        type="checkbox"
        role="switch"
        class="ui-switch-input"
        checked={checked}
        disabled={disabled}
        aria-describedby={describedBy}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span class="ui-switch-track" aria-hidden="true" />
      <span class={hideLabel ? "visually-hidden" : "ui-switch-label"}>{label}</span>
    </label>
  );
}
