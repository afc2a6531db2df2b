/** How messages are sent, and the model new chats start with. */
import { isMac } from "../../lib/a11y";
import { t } from "../../lib/i18n";
import { isCoarse } from "../../lib/platform";
import { models } from "../../lib/state/models";
import { prefs } from "../../lib/state/prefs";
import { Combobox, Field, RadioGroup } from "../../lib/ui";
import { Page, savePrefs } from "./parts";

const FIRST = "";

export function ChatBehaviour() {
  const { send_key, default_model } = prefs.settings.value;
  const mod = isMac() ? "⌘" : "Ctrl";
  const options = [
    { value: FIRST, label: t("settings.default_model_first") },
    ...models.usable.value.map((model) => ({ value: model.id, label: model.name, group: model.provider_name })),
  ];
  return (
    <Page title={t("settings.chat_title")}>
      <RadioGroup
        label={t("settings.send_key")}
        value={send_key}
        onChange={(value) => savePrefs({ send_key: value })}
        choices={[
          { value: "enter", label: t("settings.send_enter"), hint: t("settings.send_enter_hint") },
          { value: "mod_enter", label: t("settings.send_mod_enter", { mod }), hint: t("settings.send_mod_enter_hint") },
        ]}
        {...(isCoarse.value ? { hint: t("settings.send_touch") } : {})}
      />
      <Field label={t("settings.default_model")} hint={t("settings.default_model_hint")}>
        {(control) => (
          <Combobox
            id={control.id}
            aria-describedby={control["aria-describedby"]}
            label={t("settings.default_model")}
            placeholder={default_model ?? t("models.search")}
            value={default_model ?? FIRST}
            options={options}
            onChange={(value) => savePrefs({ default_model: value || null })}
          />
        )}
      </Field>
    </Page>
  );
}
