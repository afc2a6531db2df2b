/** Label, control, hint and error, tied together for screen readers. */
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./Icon";

/** Spread these on the control. */
export interface ControlProps {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean | undefined;
}

export interface FieldProps {
  /** Given where others rely on the control's id, as password managers do. */
  readonly id?: string;
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly error?: string | null | undefined;
  readonly hideLabel?: boolean;
  readonly children: (control: ControlProps) => JSX.Element;
}

export function Field({ id: given, label, hint, error, hideLabel, children }: FieldProps) {
  const made = useId();
  const id = given ?? made;
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div class="ui-field">
      <label class={hideLabel ? "visually-hidden" : "ui-label"} for={id}>
        {label}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {hint && (
        <p class="ui-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="ui-field-error" id={`${id}-error`} role="alert">
          <Icon name="alert" size={16} />
          {error}
        </p>
      )}
    </div>
  );
}
