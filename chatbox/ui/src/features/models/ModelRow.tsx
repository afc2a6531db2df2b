/** One model in a list: name, state, context window, what it can do. */
import type { Model } from "../../lib/api/types";
import { formatTokens, hasKey, t } from "../../lib/i18n";
import { Icon } from "../../lib/ui";

/** A capability in words; unknown ones keep the server's word. */
export function capabilityName(name: string): string {
  const key = `models.capability_${name}`;
  return hasKey(key) ? t(key) : name;
}

export function ModelFacts({ model }: { readonly model: Model }) {
  return (
    <span class="model-facts">
      {!model.available && <span class="model-offline">{t("models.unavailable")}</span>}
      {model.context_window !== null && <span>{t("models.context", { size: formatTokens(model.context_window) })}</span>}
      {model.capabilities.map((name) => (
        <span key={name}>{capabilityName(name)}</span>
      ))}
    </span>
  );
}

export function ModelRow({ model, isSelected }: { readonly model: Model; readonly isSelected: boolean }) {
  return (
    <span class="model-row">
      <span class={`model-state ${model.available ? "model-state-ready" : ""}`} aria-hidden="true" />
      <span class="model-text">
        <span class="model-name">
          <bdi>{model.name}</bdi>
          {model.is_default && <span class="model-default">{t("models.default")}</span>}
        </span>
        <ModelFacts model={model} />
      </span>
      {isSelected && <Icon name="check" size={18} />}
    </span>
  );
}
