/** The parts of the forms: text, password, code, what went wrong, the button. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../lib/i18n";
import { Button, Field, Icon, IconButton } from "../../lib/ui";
import { SHORTEST_PASSWORD } from "./rules";
import type { Form } from "./use-form";

type Native = Pick<JSX.IntrinsicElements["input"], "type" | "autocomplete" | "inputMode" | "maxLength" | "required" | "readOnly">;

export interface TextFieldProps extends Native {
  readonly autoFocus?: boolean;
  readonly form: Form;
  /** Also the id, unless one is given: both stay the same for ever, for password managers. */
  readonly name: string;
  readonly id?: string;
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly hint?: ComponentChildren;
  readonly value?: string | null | undefined;
}

const inputMark = (focus = false): object => (focus ? { "data-autofocus": "" } : {});

export function TextField({ form, name, id = name, label, hideLabel, hint, value, autoFocus, ...native }: TextFieldProps) {
  return (
    <Field id={id} label={label} hideLabel={hideLabel} hint={hint} error={form.problems[name]}>
      {(control) => <input type="text" spellcheck={false} autocapitalize="none" {...(native as object)} {...control} {...inputMark(autoFocus)} class="ui-input" name={name} defaultValue={value ?? ""} />}
    </Field>
  );
}

export interface PasswordFieldProps {
  readonly form: Form;
  readonly name: string;
  readonly id?: string;
  readonly label: string;
  readonly autocomplete: "current-password" | "new-password";
  readonly autoFocus?: boolean;
}

/** How long a new password is; the server says the rest. */
function Length({ length }: { readonly length: number }) {
  const isEnough = length >= SHORTEST_PASSWORD;
  return (
    <span class={`auth-length ${isEnough ? "auth-length-enough" : ""}`}>
      <meter min={0} max={SHORTEST_PASSWORD} low={SHORTEST_PASSWORD} optimum={SHORTEST_PASSWORD} value={Math.min(length, SHORTEST_PASSWORD)} aria-label={t("auth.password_length")} />
      {t(isEnough ? "auth.password_enough" : "auth.password_hint", { n: SHORTEST_PASSWORD })}
    </span>
  );
}

export function PasswordField({ form, name, id = name, label, autocomplete, autoFocus }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  const [length, setLength] = useState(0);
  const isNew = autocomplete === "new-password";
  return (
    <Field id={id} label={label} hint={isNew && <Length length={length} />} error={form.problems[name]}>
      {(control) => (
        <span class="auth-secret">
          <input
            {...control}
            {...inputMark(autoFocus)}
            {...({ type: shown ? "text" : "password" } as object)}
            class="ui-input"
            name={name}
            autocomplete={autocomplete}
            required
            maxLength={256}
            spellcheck={false}
            autocapitalize="none"
            onInput={(event) => setLength([...event.currentTarget.value].length)}
          />
          <IconButton icon={shown ? "eye-off" : "eye"} size="sm" label={t("auth.show_password")} pressed={shown} onClick={() => setShown(!shown)} />
        </span>
      )}
    </Field>
  );
}

export interface CodeFieldProps {
  readonly form: Form;
  readonly id?: string;
  readonly recovery?: boolean;
  readonly autoFocus?: boolean;
}

/** The six digits of an authenticator app, or a recovery code. */
export function CodeField({ form, id = "code", recovery = false, autoFocus = true }: CodeFieldProps) {
  if (recovery) return <TextField form={form} key="recovery" name="code" id={id} label={t("auth.recovery_code")} hint={t("auth.recovery_hint")} autocomplete="off" required autoFocus={autoFocus} />;
  return <TextField form={form} key="code" name="code" id={id} label={t("auth.code")} hint={t("auth.code_hint")} autocomplete="one-time-code" inputMode="numeric" maxLength={12} required autoFocus={autoFocus} />;
}

/** What went wrong with the form as a whole, and how long to wait. */
export function FormProblem({ form }: { readonly form: Form }) {
  const text = form.problems["form"];
  return (
    <div class="auth-problem" role="alert">
      {text && (
        <p class="ui-field-error">
          <Icon name="alert" size={16} />
          {text}
        </p>
      )}
    </div>
  );
}

export interface SubmitProps {
  readonly form: Form;
  readonly kind?: "primary" | "secondary";
  readonly children: ComponentChildren;
}

export function Submit({ form, kind = "primary", children }: SubmitProps) {
  const isWaiting = form.wait > 0;
  return (
    <Button type="submit" kind={kind} size="lg" class="auth-submit" busy={form.busy}>
      {isWaiting ? t("auth.wait", { n: form.wait }) : children}
    </Button>
  );
}
