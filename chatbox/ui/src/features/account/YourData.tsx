/** Taking one's data out, and leaving for good. */
import { useState } from "preact/hooks";
import { api, apiUrl } from "../../lib/api/client";
import { describeError } from "../../lib/api/errors";
import type { Me } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { me } from "../../lib/state/me";
import { verified } from "../../lib/state/proof";
import { Button, Dialog, ErrorState, Field, Input } from "../../lib/ui";
import { goodbye } from "../auth";
import { Page, Section } from "./parts";

/** The browser fetches the file itself, so that its size does not matter. */
async function download(): Promise<void> {
  if (!(await verified())) return;
  const link = document.createElement("a");
  link.href = apiUrl("/auth/me/export");
  link.download = "";
  link.click();
}

function DeleteDialog({ user, onClose }: { readonly user: Me; readonly onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const wanted = user.username ?? "";
  const isSure = typed.trim().toLowerCase() === wanted.toLowerCase();
  const remove = async (): Promise<void> => {
    if (!isSure || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await api.del("/auth/me");
      await goodbye();
    } catch (error) {
      setProblem(describeError(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("account.delete_title")} size="sm" onClose={onClose}>
      <form
        class="settings-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void remove();
        }}
      >
        <p class="settings-text">{t("account.delete_text")}</p>
        <Field label={t("account.delete_type", { name: wanted })}>
          {(control) => <Input {...control} autocomplete="off" spellcheck={false} autocapitalize="none" data-autofocus="" value={typed} onValue={setTyped} />}
        </Field>
        {problem !== null && <ErrorState title={t("account.delete_failed")} detail={problem} />}
        <div class="settings-buttons">
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button kind="danger" type="submit" disabled={!isSure} busy={busy}>
            {t("account.delete_confirm")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function YourData() {
  const [isLeaving, setLeaving] = useState(false);
  const user = me.value;
  if (user === null) return null;
  return (
    <Page title={t("settings.nav_data")}>
      <Section title={t("account.export_title")} text={t("account.export_text")}>
        <div class="account-buttons">
          <Button icon="download" onClick={() => void download()}>
            {t("account.export")}
          </Button>
        </div>
      </Section>
      <Section title={t("account.delete_title")} text={t(user.role === "owner" ? "account.delete_owner" : "account.delete_intro")}>
        {user.role !== "owner" && (
          <div class="account-buttons">
            <Button kind="danger" icon="trash" onClick={() => setLeaving(true)}>
              {t("account.delete")}
            </Button>
          </div>
        )}
      </Section>
      {isLeaving && <DeleteDialog user={user} onClose={() => setLeaving(false)} />}
    </Page>
  );
}
