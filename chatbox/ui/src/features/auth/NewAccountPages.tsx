/** Pages that end with a new account: the first owner's, an invitation's, open registration. */
import { useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import { t } from "../../lib/i18n";
import { hrefOf } from "../../lib/router";
import { boot } from "../../lib/state/boot";
import { AccountForm, accountOf } from "./AccountForm";
import { enter } from "./enter";
import { FormProblem, Submit, TextField } from "./fields";
import { Frame } from "./Frame";
import { LinkGate } from "./LinkGate";
import { OidcLink } from "./OidcLink";
import { useForm, type Values } from "./use-form";
import { useLink } from "./use-link";

const ToLogin = () => <a href={hrefOf("/login")}>{t("auth.have_account")}</a>;

/** The first account of the server, which owns it. */
export function OwnerPage() {
  const link = useLink("setup");
  return (
    <LinkGate link={link} title={t("auth.setup_title")} advice={t(boot.setup ? "auth.setup_advice" : "auth.setup_over")} foot={boot.setup ? <></> : undefined}>
      {({ token }) => (
        <Frame title={t("auth.setup_title")} lead={t("auth.setup_text")}>
          <AccountForm
            submit={t("auth.create_account")}
            onSend={async (values) => {
              await api.post("/auth/setup", { token, ...accountOf(values) });
              enter("/");
            }}
          />
        </Frame>
      )}
    </LinkGate>
  );
}

export function InvitationPage() {
  const link = useLink("invitation");
  return (
    <LinkGate link={link} title={t("auth.invitation_title", { name: boot.site.name })} advice={t("auth.invitation_advice")}>
      {({ token, facts }) => (
        <Frame title={t("auth.invitation_title", { name: boot.site.name })} lead={t("auth.invitation_text", { role: t(`shell.role_${facts.role ?? "user"}`) })} foot={<ToLogin />}>
          <AccountForm
            submit={t("auth.create_account")}
            onSend={async (values) => {
              await api.post("/auth/register", { token, ...accountOf(values) });
              enter("/");
            }}
          />
        </Frame>
      )}
    </LinkGate>
  );
}

/** Where an address of certain domains is asked for, the link comes by mail. */
function ByMail() {
  const [sentTo, setSentTo] = useState<string | null>(null);
  const form = useForm(async ({ email = "" }) => {
    await api.post("/auth/register-request", { email: email.trim() });
    setSentTo(email.trim());
  });
  if (sentTo !== null) {
    return (
      <p class="auth-lead" role="status">
        {t("auth.register_sent", { email: sentTo })}
      </p>
    );
  }
  return (
    <form class="auth-form" method="post" noValidate onSubmit={form.onSubmit}>
      <TextField form={form} name="email" type="email" label={t("auth.email")} autocomplete="email" maxLength={254} required autoFocus />
      <FormProblem form={form} />
      <Submit form={form}>{t("auth.send_link")}</Submit>
    </form>
  );
}

function RegisterForm() {
  const register = async (values: Values): Promise<void> => {
    await api.post("/auth/register", accountOf(values));
    enter("/");
  };
  return <AccountForm submit={t("auth.create_account")} onSend={register} />;
}

export function RegisterPage() {
  const { name, registration } = boot.site;
  const isByMail = registration === "mail";
  const title = t("auth.register_title", { name });
  if (!isByMail && registration !== "open") {
    return <Frame title={title} lead={t(registration === "closed" ? "auth.register_nobody" : "auth.register_closed")} foot={<ToLogin />} />;
  }
  return (
    <Frame title={title} lead={isByMail ? t("auth.register_by_mail") : undefined} foot={<ToLogin />}>
      {isByMail ? <ByMail /> : <RegisterForm />}
      <OidcLink next="/" />
    </Frame>
  );
}
