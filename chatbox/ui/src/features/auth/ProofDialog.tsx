/** "Confirm that it is you": before changes to how one signs in, and before data leaves the server. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import { t } from "../../lib/i18n";
import { boot } from "../../lib/state/boot";
import { me } from "../../lib/state/me";
import { question } from "../../lib/state/proof";
import { Button, Dialog } from "../../lib/ui";
import { CodeField, FormProblem, PasswordField, Submit } from "./fields";
import { OidcLink } from "./OidcLink";
import { useForm } from "./use-form";

const answer = (given: boolean): void => question.peek()?.(given);

function PasswordProof() {
  const needsCode = me.value?.totp ?? false;
  const [isRecovery, setRecovery] = useState(false);
  const form = useForm(async ({ password, code }) => {
    await api.post("/auth/verify", { password, ...(code ? { code: code.trim() } : {}) });
    answer(true);
  });
  return (
    <form class="auth-form" method="post" noValidate onSubmit={form.onSubmit}>
      <p class="auth-lead">{t("auth.proof_text")}</p>
      <input class="visually-hidden" type="text" name="username" autocomplete="username" readOnly tabIndex={-1} aria-hidden="true" value={me.value?.username ?? ""} />
      <PasswordField form={form} name="password" id="proof-password" label={t("auth.password")} autocomplete="current-password" autoFocus />
      {needsCode && <CodeField form={form} id="proof-code" recovery={isRecovery} autoFocus={false} />}
      <FormProblem form={form} />
      <div class="auth-row">
        <Submit form={form}>{t("auth.confirm")}</Submit>
        <Button size="lg" onClick={() => answer(false)}>
          {t("ui.cancel")}
        </Button>
      </div>
      {needsCode && (
        <Button kind="quiet" onClick={() => setRecovery(!isRecovery)}>
          {t(isRecovery ? "auth.use_app" : "auth.use_recovery")}
        </Button>
      )}
    </form>
  );
}

/** Who has no password here proves it where they sign in, and asks again after that. */
function ElsewhereProof() {
  const { pathname, search, hash } = window.location;
  return (
    <div class="auth-form">
      <p class="auth-lead">{t(boot.site.oidc === null ? "auth.proof_nowhere" : "auth.proof_elsewhere")}</p>
      <OidcLink next={pathname.slice(boot.base.length) + search + hash} />
    </div>
  );
}

export function ProofDialog() {
  useEffect(() => () => answer(false), []);
  return (
    <Dialog title={t("auth.proof_title")} size="sm" onClose={() => answer(false)}>
      {me.value?.has_password === false ? <ElsewhereProof /> : <PasswordProof />}
    </Dialog>
  );
}
