/** What the account's screens are made of. */
import type { ComponentChildren } from "preact";
import { describeError } from "../../lib/api/errors";
import { isApiError } from "../../lib/api/client";
import { t } from "../../lib/i18n";
import { toasts } from "../../lib/state/toasts";

export { Page } from "../settings";

export interface SectionProps {
  readonly title: string;
  readonly text?: ComponentChildren;
  readonly children?: ComponentChildren;
}

export function Section({ title, text, children }: SectionProps) {
  return (
    <section class="account-section">
      <h3>{title}</h3>
      {text && <p class="settings-text">{text}</p>}
      {children}
    </section>
  );
}

/** Does it and says so; what the person would rather not prove is not an error. */
export async function attempt(work: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await work();
    toasts.show({ kind: "success", text: done });
    return true;
  } catch (error) {
    const kind = isApiError(error, "step_up_required") ? "info" : "error";
    toasts.show({ kind, text: describeError(error) || t("settings.save_failed") });
    return false;
  }
}
