/** A forgotten password: with a link a new one is set, without one the way to such a link. */
import { useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import { t } from "../../lib/i18n";
import { hrefOf } from "../../lib/router";
import { boot } from "../../lib/state/boot";
import { FormProblem, PasswordField, Submit, TextField } from "./fields";
import { Frame } from "./Frame";
import { LinkGate } from "./LinkGate";
import { checkAccount } from "./rules";
import { useForm } from "./use-form";
import { useLink } from "./use-link";

const ToLogin = () => <a href={hrefOf("/login")}>{t("auth.to_login")}</a>;

function NewPassword({ token, username }: { readonly token: string; readonly username: string | null | undefined }) {
  const [isDone, setDone] = useState(false);
  const form = useForm(async ({ password = "" }) => {
    await api.post("/auth/reset", { token, password });
    setDone(true);
  }, checkAccount);
  if (isDone) {
    return (
      <Frame title={t("auth.reset_done")} lead={t("auth.reset_done_text")}>
        <a class="ui-button ui-button-primary ui-size-lg auth-submit" data-autofocus="" href={hrefOf("/login")}>
          {t("auth.to_login")}
        </a>
      </Frame>
    );
  }
  return (
    <Frame title={t("auth.reset_title")} lead={t("auth.reset_text")} foot={<ToLogin />}>
      <form class="auth-form" method="post" noValidate onSubmit={form.onSubmit}>
        {username && <TextField form={form} name="username" label={t("auth.username")} value={username} autocomplete="username" readOnly />}
        <PasswordField form={form} name="password" label={t("auth.new_password")} autocomplete="new-password" autoFocus />
        <FormProblem form={form} />
        <Submit form={form}>{t("auth.set_password")}</Submit>
      </form>
    </Frame>
  );
}

/** The answer is the same whether there is such an account or not. */
function Forgot() {
  const [isSent, setSent] = useState(false);
  const form = useForm(async ({ username = "" }) => {
    await api.post("/auth/reset-request", { username: username.trim() });
    setSent(true);
  });
  if (!boot.site.mail) return <Frame title={t("auth.forgot_title")} lead={t("auth.forgot_admin")} foot={<ToLogin />} />;
  if (isSent) return <Frame title={t("auth.forgot_sent")} lead={t("auth.forgot_sent_text")} foot={<ToLogin />} />;
  return (
    <Frame title={t("auth.forgot_title")} lead={t("auth.forgot_text")} foot={<ToLogin />}>
      <form class="auth-form" method="post" noValidate onSubmit={form.onSubmit}>
        <TextField form={form} name="username" label={t("auth.username_or_email")} autocomplete="username" maxLength={254} required autoFocus />
        <FormProblem form={form} />
        <Submit form={form}>{t("auth.send_link")}</Submit>
      </form>
    </Frame>
  );
}

export function ResetPage() {
  const link = useLink("reset");
  if (link.state === "none") return <Forgot />;
  return (
    <LinkGate link={link} title={t("auth.reset_title")} advice={t("auth.reset_advice")} foot={<a href={hrefOf("/reset")}>{t("auth.forgot")}</a>}>
      {({ token, facts }) => <NewPassword token={token} username={facts.username} />}
    </LinkGate>
  );
}
