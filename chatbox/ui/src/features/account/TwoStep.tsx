/** Two-step sign-in: on, off, new recovery codes. */
import { useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import type { Me } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { Badge, Button, Dialog } from "../../lib/ui";
import { refreshMe } from "../auth";
import { attempt, Section } from "./parts";
import { RecoveryCodes } from "./RecoveryCodes";
import { TotpSetup } from "./TotpSetup";

const FEW = 3;

type Step = "none" | "set-up" | "off" | readonly string[];

async function turnOff(): Promise<void> {
  if (await attempt(() => api.del("/auth/totp"), t("account.totp_off_done"))) await refreshMe();
}

async function newCodes(show: (codes: readonly string[]) => void): Promise<void> {
  await attempt(async () => {
    const { recovery_codes } = await api.post<{ recovery_codes: string[] }>("/auth/totp/recovery-codes");
    show(recovery_codes);
  }, t("account.codes_made"));
}

function Steps({ step, onClose }: { readonly step: Step; readonly onClose: () => void }) {
  const finish = (): void => {
    onClose();
    void refreshMe().catch(() => undefined);
  };
  if (step === "none") return null;
  if (step === "set-up") {
    return (
      <Dialog title={t("account.totp_set_up")} onClose={finish}>
        <TotpSetup onDone={finish} />
      </Dialog>
    );
  }
  if (step !== "off") {
    return (
      <Dialog title={t("account.totp")} onClose={finish}>
        <RecoveryCodes codes={step} onKept={finish} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={t("account.totp_off_title")}
      size="sm"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button
            kind="danger"
            onClick={() => {
              onClose();
              void turnOff();
            }}
          >
            {t("account.totp_off")}
          </Button>
        </>
      }
    >
      <p class="settings-text">{t("account.totp_off_text")}</p>
    </Dialog>
  );
}

export function TwoStep({ user }: { readonly user: Me }) {
  const [step, setStep] = useState<Step>("none");
  const left = user.recovery_codes;
  return (
    <Section title={t("account.totp")} text={t("account.totp_text")}>
      <p class="account-state">
        <Badge tone={user.totp ? "ok" : "neutral"}>{t(user.totp ? "account.totp_is_on" : "account.totp_is_off")}</Badge>
        {user.totp && <span class={left < FEW ? "account-few" : ""}>{t("account.codes_left", { n: left })}</span>}
      </p>
      <div class="account-buttons">
        {user.totp ? (
          <>
            <Button onClick={() => void newCodes(setStep)}>{t("account.codes_new")}</Button>
            <Button kind="danger" onClick={() => setStep("off")}>
              {t("account.totp_off")}
            </Button>
          </>
        ) : (
          <Button icon="lock" onClick={() => setStep("set-up")}>
            {t("account.totp_set_up")}
          </Button>
        )}
      </div>
      <Steps step={step} onClose={() => setStep("none")} />
    </Section>
  );
}
