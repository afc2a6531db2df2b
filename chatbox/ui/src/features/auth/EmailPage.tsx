/** A new e-mail address: whoever reads its mail confirms it, signed in or not. */
import { useState } from "preact/hooks";
import { api, isApiError } from "../../lib/api/client";
import { t } from "../../lib/i18n";
import { Button } from "../../lib/ui";
import { enter } from "./enter";
import { FormProblem, Submit } from "./fields";
import { Frame } from "./Frame";
import { LinkGate } from "./LinkGate";
import { useForm } from "./use-form";
import { useLink } from "./use-link";

interface ConfirmProps {
  readonly token: string;
  readonly email: string;
  readonly username: string;
}

function Confirm({ token, email, username }: ConfirmProps) {
  const [end, setEnd] = useState<"done" | "taken" | null>(null);
  const form = useForm(async () => {
    try {
      await api.post("/auth/links/use", { token });
      setEnd("done");
    } catch (error) {
      if (!isApiError(error, "name_taken")) throw error;
      setEnd("taken");
    }
  });
  if (end !== null) {
    return (
      <Frame title={t(`auth.email_${end}`)} lead={t(`auth.email_${end}_text`, { email, username })}>
        <Button kind="primary" size="lg" class="auth-submit" data-autofocus="" onClick={() => enter("/")}>
          {t("auth.email_go_on")}
        </Button>
      </Frame>
    );
  }
  return (
    <Frame title={t("auth.email_title")} lead={t("auth.email_text", { email, username })}>
      <form class="auth-form" method="post" noValidate onSubmit={form.onSubmit}>
        <FormProblem form={form} />
        <Submit form={form}>{t("auth.confirm")}</Submit>
      </form>
    </Frame>
  );
}

export function EmailPage() {
  const link = useLink("email");
  return (
    <LinkGate link={link} title={t("auth.email_title")} advice={t("auth.email_advice")}>
      {({ token, facts }) => <Confirm token={token} email={facts.email ?? ""} username={facts.username ?? ""} />}
    </LinkGate>
  );
}
