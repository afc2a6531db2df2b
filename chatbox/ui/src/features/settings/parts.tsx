/** What the settings screens are made of: a titled section, a row with a control, saving. */
import type { ComponentChildren } from "preact";
import { describeError } from "../../lib/api/errors";
import type { SettingsPatch } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { prefs } from "../../lib/state/prefs";
import { toasts } from "../../lib/state/toasts";

export interface PageProps {
  readonly title: string;
  readonly intro?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Page({ title, intro, actions, children }: PageProps) {
  return (
    <div class="settings-body">
      <header class="settings-head">
        <div>
          <h2 data-page-heading="" tabIndex={-1}>
            {title}
          </h2>
          {intro && <p class="settings-intro">{intro}</p>}
        </div>
        {actions && <div class="settings-head-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** Shows a failure as a toast; the store has already taken the change back. */
export function complain(error: unknown): void {
  toasts.show({ kind: "error", text: describeError(error) || t("settings.save_failed") });
}

export function savePrefs(change: SettingsPatch): void {
  prefs.patch(change).catch(complain);
}
