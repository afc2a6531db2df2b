/** How one is called, and where mail goes. */
import { api } from "../../lib/api/client";
import type { Me } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { boot } from "../../lib/state/boot";
import { me } from "../../lib/state/me";
import { toasts } from "../../lib/state/toasts";
import { checkAccount, FormProblem, refreshMe, Submit, TextField, useForm } from "../auth";
import { Page, Section } from "./parts";

const saved = (): number => toasts.show({ kind: "success", text: t("account.saved") });

function Names({ user }: { readonly user: Me }) {
  const form = useForm(async ({ username = "", name = "" }) => {
    me.value = await api.patch<Me>("/auth/me", { username: username.trim(), name: name.trim() });
    saved();
  }, checkAccount);
  return (
    <form class="auth-form" method="post" noValidate onSubmit={form.onSubmit}>
      <TextField form={form} name="name" label={t("auth.name")} hint={t("account.name_hint")} value={user.name} autocomplete="name" maxLength={80} />
      <TextField form={form} name="username" label={t("auth.username")} hint={t("account.username_hint")} value={user.username} autocomplete="username" maxLength={40} required />
      <FormProblem form={form} />
      <Submit form={form}>{t("ui.save")}</Submit>
    </form>
  );
}

/** A new address counts when its owner has followed the link that is sent there. */
function Email({ user }: { readonly user: Me }) {
  const form = useForm(async ({ email = "" }) => {
    await api.post("/auth/email", { email: email.trim() });
    if (boot.site.mail) toasts.show({ text: t("account.email_sent", { email: email.trim() }), duration: 10_000 });
    else saved();
    await refreshMe();
  });
  return (
    <form class="auth-form" method="post" noValidate onSubmit={form.onSubmit}>
      <TextField form={form} name="email" type="email" label={t("auth.email")} hideLabel hint={t(boot.site.mail ? "account.email_hint" : "account.email_hint_no_mail")} value={user.email} autocomplete="email" maxLength={254} required />
      <FormProblem form={form} />
      <Submit form={form} kind="secondary">
        {t("account.change_email")}
     </Submit>
    </form>
  );
}

export function Profile() {
  const user = me.value;
  if (user === null) return null;
  return (
    <Page title={t("settings.nav_profile")} intro={t("account.profile_intro", { role: t(`shell.role_${user.role}`) })}>
      <Names user={user} />
      <Section title={t("auth.email")}>
        <Email user={user} />
      </Section>
    </Page>
  );
}
