/** Theme, contrast, density, language. Everything takes effect at once. */
import { t, LOCALES } from "../../lib/i18n";
import { isHighContrast, isHighContrastChosen, setHighContrast, systemWantsContrast } from "../../lib/platform";
import { prefs } from "../../lib/state/prefs";
import { Field, RadioGroup, Select, Switch } from "../../lib/ui";
import { Page, savePrefs } from "./parts";

export function Appearance() {
  const { theme, density, locale } = prefs.settings.value;
  const forced = systemWantsContrast.value && !isHighContrastChosen();
  return (
    <Page title={t("settings.appearance_title")}>
      <RadioGroup
        label={t("settings.theme")}
        look="cards"
        value={theme}
        onChange={(value) => savePrefs({ theme: value })}
        choices={[
          { value: "system", label: t("settings.theme_system"), icon: "monitor" },
          { value: "light", label: t("settings.theme_light"), icon: "sun" },
          { value: "dark", label: t("settings.theme_dark"), icon: "moon" },
        ]}
      />
      <div class="settings-switch">
        <Switch checked={isHighContrast()} disabled={forced} label={t("settings.contrast")} describedBy="contrast-hint" onChange={setHighContrast} />
        <p class="ui-hint" id="contrast-hint">
          {forced ? t("settings.contrast_system") : t("settings.contrast_hint")}
        </p>
      </div>
      <RadioGroup
        label={t("settings.density")}
        look="cards"
        value={density}
        onChange={(value) => savePrefs({ density: value })}
        choices={[
          { value: "comfortable", label: t("settings.density_comfortable") },
          { value: "compact", label: t("settings.density_compact") },
        ]}
      />
      <Field label={t("settings.language")}>
        {(control) => (
          <Select
            {...control}
            class="settings-narrow"
            value={locale}
            options={[{ value: "auto" as const, label: t("settings.language_auto") }, ...LOCALES.map(({ id, name }) => ({ value: id, label: name }))]}
            onValue={(value) => savePrefs({ locale: value })}
          />
        )}
      </Field>
    </Page>
  );
}
