/** What is going on before the first word: "Waiting for model… 4 s". */
import { t } from "../../lib/i18n";
import { models } from "../../lib/state/models";
import { reconnecting } from "../../lib/state/online";
import { useSeconds } from "./seconds";

export function modelName(id: string | null): string {
  if (id === null || id === "") return t("chat.assistant");
  return models.byId.value.get(id)?.name ?? id.split("/").slice(1).join("/");
}

export function StreamStatus({ model, since }: { readonly model: string | null; readonly since: number }) {
  const now = useSeconds(true);
  const n = Math.floor((now - since) / 1000);
  const name = modelName(model);
  return (
    <p class="stream-status">
      <span class="stream-caret" aria-hidden="true" />
      {n < 1 ? t("chat.waitingFor", { model: name }) : t("chat.waitingForSeconds", { model: name, n })}
    </p>
  );
}

export function LinkStatus() {
  return reconnecting.value ? <p class="stream-status is-lost">{t("chat.lost")}</p> : null;
}
