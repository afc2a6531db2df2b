/** Signing in: a name and a password, then the second factor where there is one. */
import { useState } from "preact/hooks";
import { api, isApiError } from "../../lib/api/client";
import { t } from "../../lib/i18n";
import { hrefOf, localPath, place } from "../../lib/router";
import { boot } from "../../lib/state/boot";
import { Button, ErrorState } from "../../lib/ui";
import { CodeField, FormProblem, PasswordField, Submit, TextField } from "./fields";
import { Frame } from "./Frame";
import { OidcLink } from "./OidcLink";
import { enter } from "./enter";
import { takeOidcFailure } from "./oidc-failure";
import { useForm, type Values } from "./use-form";

interface Proof {
  readonly username: string;
  readonly password: string;
}

const send = (proof: Proof, code?: string): Promise<unknown> =>
  api.post("/auth/login", { username: proof.username.trim(), password: proof.password, ...(code === undefined ? {} : { code }) });

function Others() {
  return (
    <>
      <a href={hrefOf("/reset")}>{t("auth.forgot")}</a>
      {["open", "mail"].includes(boot.site.registration) && <a href={hrefOf("/register")}>{t("auth.register")}</a>}
    </>
  );
}

function PasswordStep({ next, onCode }: { readonly next: string; readonly onCode: (proof: Proof) => void }) {
  const [failure] = useState(takeOidcFailure);
  const form = useForm(async ({ username = "", password = "" }: Values) => {
    const proof = { username, password };
    try {
      await send(proof);
      enter(next);
    } catch (error) {
      if (!isApiError(error, "totp_required")) throw error;
      onCode(proof);
    }
  });
  return (
    <Frame title={t("auth.login_title")} foot={<Others />}>
      {failure !== null && <ErrorState title={t("auth.oidc_failed")} detail={failure} />}
      <form class="auth-form" method="post" noValidate onSubmit={form.onSubmit}>
        <TextField form={form} name="username" label={t("auth.username_or_email")} autocomplete="username" maxLength={254} required autoFocus />
        <PasswordField form={form} name="password" label={t("auth.password")} autocomplete="current-password" />
        <FormProblem form={form} />
        <Submit form={form}>{t("auth.login")}</Submit>
      </form>
      {boot.site.oidc !== null && <p class="auth-or">{t("auth.or")}</p>}
      <OidcLink next={next} />
    </Frame>
  );
}

function CodeStep({ next, proof, onBack }: { readonly next: string; readonly proof: Proof; readonly onBack: () => void }) {
  const [isRecovery, setRecovery] = useState(false);
  const form = useForm(async ({ code = "" }) => {
    await send(proof, code.trim());
    enter(next);
  });
  return (
    <Frame
      title={t(isRecovery ? "auth.recovery_title" : "auth.code_title")}
      lead={t(isRecovery ? "auth.recovery_text" : "auth.code_text")}
      foot={
        <>
          <Button kind="quiet" onClick={() => setRecovery(!isRecovery)}>
            {t(isRecovery ? "auth.use_app" : "auth.use_recovery")}
          </Button>
          <Button kind="quiet" onClick={onBack}>
            {t("ui.back")}
          </Button>
        </>
      }
    >
      <form class="auth-form" method="post" noValidate onSubmit={form.onSubmit} key={String(isRecovery)}>
        <CodeField form={form} recovery={isRecovery} />
        <FormProblem form={form} />
        <Submit form={form}>{t("auth.login")}</Submit>
      </form>
    </Frame>
  );
}

export function LoginPage() {
  const [proof, setProof] = useState<Proof | null>(null);
  const next = localPath(new URLSearchParams(place.value.search).get("next"));
  if (proof === null) return <PasswordStep next={next} onCode={setProof} />;
  return <CodeStep next={next} proof={proof} onBack={() => setProof(null)} />;
}
