/** What one turn sent to the model, what it left out, and what it used. */
import type { Message } from "../../lib/api/types";
import { formatNumber, formatTokens, t, type Key } from "../../lib/i18n";
import { Meter } from "../../lib/ui/Meter";

interface Line {
  readonly name: Key;
  readonly value: string;
  readonly inner?: boolean;
}

const cost = (value: number | null): string =>
  value === null ? t("composer.unknown") : `$${value < 0.01 ? value.toFixed(4) : value.toFixed(2)}`;

function contextLines({ context }: Message): Line[] {
  if (context === null) return [];
  const free = Math.max(0, context.window - context.used - context.reserve);
  return [
    { name: "composer.system", value: formatNumber(context.system_tokens) },
    { name: "composer.history", value: formatNumber(context.history_tokens) },
    { name: "composer.reserve", value: formatNumber(context.reserve) },
    { name: "composer.free", value: formatNumber(free) },
    { name: "composer.kept", value: formatNumber(context.kept) },
    { name: "composer.dropped", value: formatNumber(context.dropped) },
  ];
}

function usageLines({ usage }: Message): Line[] {
  if (usage === null) return [];
  return [
    { name: "composer.input", value: formatNumber(usage.input_tokens) },
    { name: "composer.cached", value: formatNumber(usage.cached_tokens), inner: true },
    { name: "composer.output", value: formatNumber(usage.output_tokens) },
    ...(usage.reasoning_tokens > 0
      ? [{ name: "composer.reasoning" as const, value: formatNumber(usage.reasoning_tokens), inner: true }]
      : []),
    { name: "composer.cost", value: cost(usage.cost) },
  ];
}

function Lines({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <dl class="account-lines">
      {lines.map((line) => (
        <div key={line.name} class={line.inner ? "account-inner" : ""}>
          <dt>{t(line.name)}</dt>
          <dd>{line.value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function TurnAccount({ message }: { readonly message: Message }) {
  const { context } = message;
  const used = context === null ? null : { used: formatTokens(context.used), window: formatTokens(context.window) };
  return (
    <div class="account">
      {context !== null && used !== null && (
        <p class="account-head">
          <strong>{t("composer.context")}</strong>
          <Meter
            label={t("composer.context")}
            value={context.used}
            max={context.window}
            text={t("composer.contextText", used)}
          />
          <span>{t("composer.contextShort", used)}</span>
        </p>
      )}
      <Lines lines={contextLines(message)} />
      {context !== null && context.dropped > 0 && (
        <p class="account-note">{t("composer.droppedNote", { n: context.dropped })}</p>
      )}
      <Lines lines={usageLines(message)} />
      {context?.estimated === true && <p class="account-note">{t("composer.estimated")}</p>}
    </div>
  );
}
