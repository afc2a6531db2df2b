/** One model in the settings: its facts, a switch, a menu. */
import type { Model } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { models } from "../../lib/state/models";
import { prefs } from "../../lib/state/prefs";
import { Badge, MenuButton, Switch, type MenuEntry } from "../../lib/ui";
import { ModelFacts } from "../models";
import { complain, savePrefs } from "./parts";

export interface ModelLineProps {
  readonly model: Model;
  readonly showProvider: boolean;
  readonly onEdit: () => void;
}

export function ModelLine({ model, showProvider, onEdit }: ModelLineProps) {
  const { id, name } = model;
  const isDefault = prefs.settings.value.default_model === id;
  const items: MenuEntry[] = [
    { id: "default", label: t("settings.models_make_default"), icon: "star", disabled: isDefault || !model.enabled, onSelect: () => savePrefs({ default_model: id }) },
    { id: "edit", label: t("settings.models_edit"), icon: "sliders", onSelect: onEdit },
    null,
    { id: "remove", label: t("settings.models_forget"), icon: "trash", danger: true, onSelect: () => void models.remove(id).catch(complain) },
  ];
  return (
    <li class="model-line">
      <div class="model-line-text">
        <span class="model-line-name">
          <bdi>{name}</bdi>
          {isDefault && <Badge tone="accent">{t("models.default")}</Badge>}
        </span>
        <span class="model-line-facts">
          {showProvider && <span class="model-line-provider">{model.provider_name}</span>}
          <ModelFacts model={model} />
        </span>
      </div>
      <Switch checked={model.enabled} hideLabel label={t("settings.models_enable", { name })} onChange={(enabled) => void models.setEnabled(id, enabled).catch(complain)} />
      <MenuButton icon="more" size="sm" label={t("settings.models_actions", { name })} tip={null} items={items} />
    </li>
  );
}
