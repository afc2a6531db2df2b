/** Copies and says whether it worked. */
import { t } from "../../lib/i18n";
import { copyText } from "../../lib/platform";
import { toasts } from "../../lib/state/toasts";

export async function copy(text: string): Promise<void> {
  const done = await copyText(text);
  toasts.show({ kind: done ? "success" : "error", text: t(done ? "ui.copied" : "ui.copyFailed") });
}
