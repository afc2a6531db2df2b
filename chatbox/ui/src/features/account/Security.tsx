/** How one signs in: the password, the second factor, accounts elsewhere. */
import { useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import type { Me } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { boot } from "../../lib/state/boot";
import { me } from "../../lib/state/me";
import { toasts } from "../../lib/state/toasts";
import { checkAccount, FormProblem, PasswordField, refreshMe, Submit, useForm } from "../auth";
import { Identities } from "./Identities";
import { Page, Section } from "./parts";
import { TwoStep } from "./TwoStep";

function Password({ user }: { readonly user: Me }) {
  const [round, setRound] = useState(0);
  return <PasswordForm key={round} user={user} onDone={() => setRound(round + 1)} />;
}

function PasswordForm({ user, onDone }: { readonly user: Me; readonly onDone: () => void }) {
  const form = useForm(async ({ current_password = "", password = "" }) => {
    await api.post("/auth/password", { current_password, new_password: password });
    toasts.show({ kind: "success", text: t("account.password_changed") });
    await refreshMe();
    onDone();
  }, checkAccount);
  return (
    <form class="auth-form" method="post" noValidate onSubmit={form.onSubmit}>
      <input class="visually-hidden" type="text" name="username" autocomplete="username" readOnly tabIndex={-1} aria-hidden="true" value={user.username ?? ""} />
      <PasswordField form={form} name="current_password" label={t("account.current_password")} autocomplete="current-password" />
      <PasswordField form={form} name="password" label={t("auth.new_password")} autocomplete="new-password" />
      <FormProblem form={form} />
      <Submit form={form}>{t("account.change_password")}</Submit>
    </form>
  );
}

export function Security() {
  const user = me.value;
  if (user === null) return null;
  return (
    <Page title={t("settings.nav_security")}>
      <Section title={t("auth.password")} text={t(user.has_password ? "account.password_text" : "account.password_none")}>
        {user.has_password && <Password user={user} />}
      </Section>
      <TwoStep user={user} />
      {(boot.site.oidc !== null || user.identities.length > 0) && <Identities user={user} />}
    </Page>
  );
}
