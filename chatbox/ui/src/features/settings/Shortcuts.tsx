/** Keyboard shortcuts: switch them off, give them other keys. */
import { useState } from "preact/hooks";
import { areShortcutsOn, isImeEnter, keysOf, registered, remap, setShortcutsOn, spell, type Shortcut } from "../../lib/a11y";
import { t } from "../../lib/i18n";
import { Button, Dialog, IconButton, Kbd, Switch } from "../../lib/ui";
import { Page } from "./parts";

function Recorder({ shortcut, onClose }: { readonly shortcut: Shortcut; readonly onClose: () => void }) {
  const [taken, setTaken] = useState<Shortcut | null>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isImeEnter(event) || event.key === "Tab") return;
    const keys = spell(event);
    if (!keys || keys === "escape") return;
    event.preventDefault();
    event.stopPropagation();
    const other = registered.peek().find((one) => one.id !== shortcut.id && keysOf(one) === keys);
    if (other) {
      setTaken(other);
      return;
    }
    remap(shortcut.id, keys === "backspace" ? "" : keys === shortcut.keys ? null : keys);
    onClose();
  };
  return (
    <Dialog title={t("settings.shortcuts_change", { label: shortcut.label() })} size="sm" onClose={onClose}>
      <div class="settings-recorder" tabIndex={0} role="application" aria-label={t("settings.shortcuts_press")} data-autofocus="" onKeyDown={onKeyDown}>
        {t("settings.shortcuts_press")}
      </div>
      <p class="ui-hint">{t("settings.shortcuts_press_hint")}</p>
      {taken && (
        <p class="ui-field-error" role="alert">
          {t("settings.shortcuts_taken", { label: taken.label() })}
        </p>
      )}
    </Dialog>
  );
}

export function Shortcuts() {
  const [editing, setEditing] = useState<Shortcut | null>(null);
  const listed = registered.value;
  return (
    <Page title={t("settings.shortcuts_title")}>
      <div class="settings-switch">
        <Switch checked={areShortcutsOn()} onChange={setShortcutsOn} label={t("settings.shortcuts_on")} describedBy="shortcuts-hint" />
        <p class="ui-hint" id="shortcuts-hint">
          {t("settings.shortcuts_on_hint")}
        </p>
      </div>
      <ul class="shortcut-lines">
        {listed.map((one) => {
          const keys = keysOf(one);
          return (
            <li class="shortcut-line" key={one.id}>
              <span class="shortcut-label">{one.label()}</span>
              {keys !== one.keys && <IconButton icon="undo" size="sm" label={`${t("settings.shortcuts_default")}: ${one.label()}`} tip={t("settings.shortcuts_default")} onClick={() => remap(one.id, null)} />}
              <Button kind="secondary" size="sm" class="shortcut-keys" onClick={() => setEditing(one)}>
                {keys ? <Kbd keys={keys} /> : t("settings.shortcuts_none")}
                <span class="visually-hidden"> {t("settings.shortcuts_change", { label: one.label() })}</span>
              </Button>
            </li>
          );
        })}
      </ul>
      {editing && <Recorder shortcut={editing} onClose={() => setEditing(null)} />}
    </Page>
  );
}
