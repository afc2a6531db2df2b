/** Setting up two-step sign-in: scan or type the secret, prove it with a code, keep the recovery codes. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import { describeError } from "../../lib/api/errors";
import { t } from "../../lib/i18n";
import { ErrorState, IconButton, Skeleton } from "../../lib/ui";
import { CodeField, FormProblem, Submit, useForm } from "../auth";
import { copy } from "./copy";
import { QrCode } from "./QrCode";
import { RecoveryCodes } from "./RecoveryCodes";

interface Secret {
  readonly secret: string;
  readonly uri: string;
}

/** In groups of four, as people read them out. */
const grouped = (secret: string): string => secret.replace(/(.{4})(?=.)/g, "$1 ");

function Enrolment({ secret, onCodes }: { readonly secret: Secret; readonly onCodes: (codes: readonly string[]) => void }) {
  const form = useForm(async ({ code = "" }) => {
    const { recovery_codes } = await api.post<{ recovery_codes: string[] }>("/auth/totp/confirm", { code: code.replace(/\s/g, "") });
    onCodes(recovery_codes);
  });
  return (
    <div class="account-totp">
      <p class="settings-text">{t("account.totp_scan")}</p>
      <QrCode text={secret.uri} label={t("account.totp_qr")} />
      <p class="settings-text" id="totp-by-hand">
        {t("account.totp_type")}
      </p>
      <p class="account-secret">
        <code aria-describedby="totp-by-hand">{grouped(secret.secret)}</code>
        <IconButton icon="copy" size="sm" label={t("account.totp_copy")} onClick={() => void copy(secret.secret)} />
      </p>
      <form class="auth-form" method="post" noValidate onSubmit={form.onSubmit}>
        <CodeField form={form} />
        <FormProblem form={form} />
        <Submit form={form}>{t("account.totp_confirm")}</Submit>
      </form>
    </div>
  );
}

/** `onDone` runs when the codes are kept. */
export function TotpSetup({ onDone }: { readonly onDone: () => void }) {
  const [secret, setSecret] = useState<Secret | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const start = (): void => {
    setProblem(null);
    api.post<Secret>("/auth/totp").then(setSecret, (error: unknown) => setProblem(describeError(error)));
  };
  useEffect(start, []);
  useEffect(() => root.current?.querySelector<HTMLElement>("[data-autofocus]")?.focus(), [secret, codes]);
  return (
    <div ref={root}>
      {problem !== null && <ErrorState title={t("account.totp_failed")} detail={problem} onRetry={start} />}
      {secret === null && problem === null && <Skeleton lines={5} />}
      {secret !== null && codes === null && <Enrolment secret={secret} onCodes={setCodes} />}
      {codes !== null && <RecoveryCodes codes={codes} onKept={onDone} />}
    </div>
  );
}
