/** `?`: all keyboard shortcuts on one card. */
import "./palette.css";
import { areShortcutsOn, keysOf, registered, type Shortcut } from "../../lib/a11y";
import { t } from "../../lib/i18n";
import { navigate } from "../../lib/router";
import { Button, Dialog, Kbd } from "../../lib/ui";

const GROUPS: readonly Shortcut["group"][] = ["general", "sessions", "chat"];

export function ShortcutSheet({ onClose }: { readonly onClose: () => void }) {
  const change = (): void => {
    onClose();
    navigate("/settings/shortcuts");
  };
  return (
    <Dialog title={t("palette.shortcuts")} size="lg" onClose={onClose} actions={<Button onClick={change}>{t("palette.change_shortcuts")}</Button>}>
      {!areShortcutsOn() && <p class="ui-hint">{t("palette.shortcuts_off")}</p>}
      <div class="sheet-groups">
        {GROUPS.map((group) => {
          const listed = registered.value.filter((one) => one.group === group && keysOf(one));
          if (listed.length === 0) return null;
          return (
            <section key={group}>
              <h3 class="sheet-name">{t(`palette.group_${group}`)}</h3>
              <dl class="sheet-list">
                {listed.map((one) => (
                  <div class="sheet-row" key={one.id}>
                    <dt>{one.label()}</dt>
                    <dd>
                      <Kbd keys={keysOf(one)} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
