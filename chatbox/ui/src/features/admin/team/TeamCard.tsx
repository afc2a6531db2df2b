/** Below the server's numbers: from one person to several, and back. */
import { useState } from "preact/hooks";
import { api, ApiError, isApiError } from "../../../lib/api/client";
import { t } from "../../../lib/i18n";
import { base, isTeam } from "../../../lib/state/boot";
import { may } from "../../../lib/state/me";
import { Button, Field, Input } from "../../../lib/ui";
import { FormDialog } from "../parts";
import { useWork } from "../use-work";

const SHORTEST = 10;

/** The server has another mode now: the page begins anew in it. */
const restart = (path: string): void => window.location.replace(`${base}${path}`);

interface AccountProps {
  readonly label: string;
  readonly hint?: string;
  readonly error: string | undefined;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly secret?: boolean;
  readonly autocomplete: string;
}

function AccountField({ label, hint, error, value, onValue, secret, autocomplete }: AccountProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <Input
          {...control}
          type={secret ? "password" : "text"}
          autocomplete={autocomplete}
          autocapitalize="none"
          spellcheck={false}
          required
          data-autofocus={secret ? undefined : ""}
          value={value}
          onValue={onValue}
        />
      )}
    </Field>
  );
}

function EnableDialog({ onClose }: { readonly onClose: () => void }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const work = useWork(["username", "password", "name"], { name_taken: "username", password_refused: "password" });
  const submit = async (): Promise<void> => {
    const fields = { ...(username.trim() ? {} : { username: t("admin.username_needed") }), ...(password.length < SHORTEST ? { password: t("admin.password_short", { n: SHORTEST }) } : {}) };
    if (Object.keys(fields).length > 0) return work.complain({ form: null, fields });
    if (await work.run(() => api.post("/team", { username: username.trim(), password }))) restart("/admin/people");
  };
  return (
    <FormDialog title={t("admin.team_title")} submit={t("admin.team_submit")} work={work} onSubmit={() => void submit()} onClose={onClose}>
      <p class="settings-text">{t("admin.team_form")}</p>
      <AccountField label={t("admin.username")} hint={t("admin.username_hint")} autocomplete="username" error={work.problems.fields["username"]} value={username} onValue={setUsername} />
      <AccountField label={t("admin.password")} hint={t("admin.password_hint", { n: SHORTEST })} autocomplete="new-password" secret error={work.problems.fields["password"]} value={password} onValue={setPassword} />
    </FormDialog>
  );
}

/** What holds the server in team mode is told, not what the role may. */
async function endTeam(): Promise<void> {
  try {
    await api.del("/team");
  } catch (error) {
    throw isApiError(error, "forbidden") ? new ApiError(error.status, "team_forced") : error;
  }
}

function DisableDialog({ onClose }: { readonly onClose: () => void }) {
  const work = useWork();
  const submit = async (): Promise<void> => {
    if (await work.run(endTeam)) restart("/settings/server");
  };
  return (
    <FormDialog title={t("admin.alone_title")} submit={t("admin.alone_submit")} danger work={work} onSubmit={() => void submit()} onClose={onClose}>
      <p class="settings-text">{t("admin.alone_form")}</p>
    </FormDialog>
  );
}

/** Only who may change the mode sees it. */
export function TeamCard() {
  const [isOpen, setOpen] = useState(false);
  if (!may("own")) return null;
  const close = (): void => setOpen(false);
  return (
    <section class="admin-card admin-mode" aria-labelledby="admin-mode">
      <h3 id="admin-mode">{t(isTeam ? "admin.alone_title" : "admin.team_title")}</h3>
      <p class="settings-text">{t(isTeam ? "admin.alone_text" : "admin.team_text")}</p>
      <div>
        <Button onClick={() => setOpen(true)}>{t(isTeam ? "admin.alone_open" : "admin.team_open")}</Button>
      </div>
      {isOpen && (isTeam ? <DisableDialog onClose={close} /> : <EnableDialog onClose={close} />)}
    </section>
  );
}
