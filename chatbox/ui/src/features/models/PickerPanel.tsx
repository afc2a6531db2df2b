/** What the model button opens: the list with its search field, or the parameters. */
import { useState } from "preact/hooks";
import { t } from "../../lib/i18n";
import { navigate } from "../../lib/router";
import { models } from "../../lib/state/models";
import { Button, EmptyState, SearchList } from "../../lib/ui";
import { choicesFor, type Choice } from "./choices";
import type { ModelPickerProps } from "./ModelPicker";
import { ModelRow } from "./ModelRow";
import { countSet } from "./params";
import { ParamsPanel } from "./ParamsPanel";
import { noteRecent, recent } from "./recent";

interface PanelProps extends ModelPickerProps {
  readonly onClose: () => void;
}

function NoModels({ onClose }: { readonly onClose: () => void }) {
  return (
    <EmptyState icon="server" title={t("models.none")} text={t("models.none_text")}>
      <Button
        kind="primary"
        onClick={() => {
          onClose();
          navigate("/setup");
        }}
      >
        {t("models.connect")}
      </Button>
    </EmptyState>
  );
}

export function PickerPanel(props: PanelProps) {
  const [query, setQuery] = useState("");
  const [showsParams, setShowsParams] = useState(false);
  const items = choicesFor(models.items.value, query, recent.value, t("models.recent"));
  const current = props.value ?? models.preferred.value?.id ?? null;
  if (showsParams) return <ParamsPanel {...props} onBack={() => setShowsParams(false)} />;
  if (models.loaded.value && models.items.value.length === 0) return <NoModels onClose={props.onClose} />;
  const pick = (choice: Choice): void => {
    noteRecent(choice.model.id);
    props.onChange(choice.model.id);
    props.onClose();
  };
  const set = countSet(props.params, props.systemPrompt);
  return (
    <div class="model-panel">
      <SearchList
        label={t("models.choose")}
        placeholder={t("models.search")}
        query={query}
        onQuery={setQuery}
        items={items}
        keyOf={(choice) => choice.key}
        groupOf={(choice) => choice.group}
        selected={current}
        isDisabled={(choice) => !choice.model.available}
        render={(choice) => <ModelRow model={choice.model} isSelected={choice.model.id === current} />}
        onPick={pick}
      />
      {props.scope === "session" && <p class="model-note">{t("models.next_message")}</p>}
      <div class="model-foot">
        <Button kind="quiet" size="sm" icon="sliders" onClick={() => setShowsParams(true)}>
          {set > 0 ? t("models.parameters_set", { n: set }) : t("models.parameters")}
        </Button>
        <Button
          kind="quiet"
          size="sm"
          onClick={() => {
            props.onClose();
            navigate("/settings/models");
          }}
        >
          {t("models.manage")}
        </Button>
      </div>
    </div>
  );
}
