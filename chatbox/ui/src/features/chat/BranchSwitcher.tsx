/** ‹ 2/3 › : the versions of one message. The message keeps its place on the screen. */
import { useRef } from "preact/hooks";
import { announce } from "../../lib/a11y/announcer";
import type { Message } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { runs } from "../../lib/state/runs";
import { actions } from "../../lib/state/session-actions";
import { IconButton } from "../../lib/ui/IconButton";
import { holdPosition } from "./hold-position";

export function BranchSwitcher({ message }: { readonly message: Message }) {
  const root = useRef<HTMLDivElement>(null);
  const ids = message.sibling_ids;
  if (ids.length < 2) return null;
  const at = ids.indexOf(message.id);
  const isBusy = runs.running.value.size > 0 && runs.isRunning(message.session_id);

  const show = async (step: -1 | 1): Promise<void> => {
    const target = ids[at + step];
    if (target === undefined) return;
    const row = root.current?.closest<HTMLElement>("[data-row]") ?? null;
    const settle = holdPosition(row, target, step === 1 ? "next" : "previous");
    await actions.showSibling(message, target);
    settle();
    announce(t("chat.versionNow", { n: at + step + 1, total: ids.length }));
  };

  return (
    <div class="branches" role="group" aria-label={t("chat.versions")} ref={root}>
      <IconButton
        size="sm"
        icon="chevron-left"
        label={t("chat.previousVersion")}
        data-branch="previous"
        disabled={at <= 0 || isBusy}
        onClick={() => void show(-1)}
      />
      <span class="branches-count" aria-label={t("chat.versionNow", { n: at + 1, total: ids.length })}>
        {t("chat.versionOf", { n: at + 1, total: ids.length })}
      </span>
      <IconButton
        size="sm"
        icon="chevron-right"
        label={t("chat.nextVersion")}
        data-branch="next"
        disabled={at >= ids.length - 1 || isBusy}
        onClick={() => void show(1)}
      />
    </div>
  );
}
