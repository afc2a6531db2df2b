/** The recovery codes, shown once: to be kept outside this device before one goes on. */
import { useState } from "preact/hooks";
import { t } from "../../lib/i18n";
import { saveText } from "../../lib/platform";
import { boot } from "../../lib/state/boot";
import { me } from "../../lib/state/me";
import { Button, Checkbox } from "../../lib/ui";
import { copy } from "./copy";

export interface RecoveryCodesProps {
  readonly codes: readonly string[];
  readonly onKept: () => void;
}

/** A file that still says what it is for in a year. */
function save(codes: readonly string[]): void {
  const title = t("account.codes_file", { site: boot.site.name, user: me.peek()?.username ?? "" });
  saveText(`${boot.site.name}-recovery-codes.txt`, [title, window.location.origin, "", ...codes, ""].join("\n"));
}

export function RecoveryCodes({ codes, onKept }: RecoveryCodesProps) {
  const [isKept, setKept] = useState(false);
  return (
    <section class="account-codes" aria-labelledby="recovery-title">
      <h3 id="recovery-title" tabIndex={-1} data-autofocus="">
        {t("account.codes_title")}
      </h3>
      <p class="settings-text">{t("account.codes_text")}</p>
      <ol class="account-code-list" aria-label={t("account.codes_title")}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div class="account-buttons">
        <Button icon="copy" onClick={() => void copy(codes.join("\n"))}>
          {t("ui.copy")}
        </Button>
        <Button icon="download" onClick={() => save(codes)}>
          {t("account.download")}
        </Button>
        <Button icon="printer" onClick={() => window.print()}>
          {t("account.print")}
        </Button>
      </div>
      <Checkbox checked={isKept} onChange={setKept}>
        {t("account.codes_kept")}
      </Checkbox>
      <Button kind="primary" size="lg" class="account-done" disabled={!isKept} onClick={onKept}>
        {t("account.done")}
      </Button>
    </section>
  );
}
