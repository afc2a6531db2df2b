/** A new account: the same fields for the first owner, an invitation and open registration. */
import { t } from "../../lib/i18n";
import { FormProblem, PasswordField, Submit, TextField } from "./fields";
import { checkAccount } from "./rules";
import { useForm, type Values } from "./use-form";

export interface AccountFormProps {
  readonly submit: string;
  readonly username?: string | null | undefined;
  readonly onSend: (values: Values) => Promise<void>;
}

/** The body that all of them send. */
export const accountOf = ({ username = "", password = "", name = "" }: Values): Readonly<Record<string, string>> => ({
  username: username.trim(),
  password,
  ...(name.trim() === "" ? {} : { name: name.trim() }),
});

export function AccountForm({ submit, username, onSend }: AccountFormProps) {
  const form = useForm(onSend, checkAccount);
  return (
    <form class="auth-form" method="post" noValidate onSubmit={form.onSubmit}>
      <TextField form={form} name="username" label={t("auth.username")} hint={t("auth.username_hint")} value={username} autocomplete="username" maxLength={40} required autoFocus />
      <TextField form={form} name="name" label={t("auth.name")} hint={t("auth.name_hint")} autocomplete="name" maxLength={80} />
      <PasswordField form={form} name="password" label={t("auth.password")} autocomplete="new-password" />
      <FormProblem form={form} />
      <Submit form={form}>{submit}</Submit>
    </form>
  );
}
