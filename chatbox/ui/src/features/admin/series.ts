/** Which charts there are, and how their numbers are written. */
import type { Stats } from "../../lib/api/types";
import { type Line, type Points } from "../../lib/charts";
import { formatBytes, formatNumber, formatTokens, t, type Key } from "../../lib/i18n";

type Series = Stats["series"];
type Name = Exclude<keyof Series, "step_seconds" | "until">;

interface LineOf {
  readonly name: Name;
  readonly label: Key;
  readonly isBad?: boolean;
}

interface ChartOf {
  readonly title: Key;
  readonly lines: readonly LineOf[];
  readonly format: (value: number) => string;
  /** Counted in each step: shown per minute, so that an hour and a day can be compared. */
  readonly isCount?: boolean;
}

export interface Chart {
  readonly key: string;
  readonly title: string;
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
}

const milliseconds = (value: number): string =>
  value >= 1000 ? t("server.seconds", { n: formatNumber(Math.round(value / 100) / 10) }) : t("server.milliseconds", { n: formatNumber(Math.round(value * 10) / 10) });
const percent = (value: number): string => t("server.percent", { n: formatNumber(Math.round(value * 10) / 10) });
const count = (value: number): string => formatNumber(Math.round(value * 10) / 10);
const tokens = (value: number): string => formatTokens(Math.round(value));

const CHARTS: readonly ChartOf[] = [
  { title: "server.requests", format: count, isCount: true, lines: [{ name: "requests", label: "server.requests_all" }, { name: "request_errors", label: "server.requests_failed", isBad: true }] },
  { title: "server.answer_time", format: milliseconds, lines: [{ name: "request_ms", label: "server.answer_time_most" }] },
  { title: "server.turns", format: count, isCount: true, lines: [{ name: "turns", label: "server.turns_ended" }, { name: "failed_turns", label: "server.turns_failed", isBad: true }] },
  { title: "server.first_token", format: milliseconds, lines: [{ name: "first_token_ms", label: "server.first_token_mean" }] },
  { title: "server.tokens_sent", format: tokens, isCount: true, lines: [{ name: "input_tokens", label: "server.tokens_label" }] },
  { title: "server.tokens_received", format: tokens, isCount: true, lines: [{ name: "output_tokens", label: "server.tokens_label" }] },
  { title: "server.running", format: count, lines: [{ name: "running_turns", label: "server.running_label" }] },
  { title: "server.viewers", format: count, lines: [{ name: "viewers", label: "server.viewers_label" }] },
  { title: "server.memory", format: formatBytes, lines: [{ name: "memory_bytes", label: "server.memory_label" }] },
  { title: "server.cpu", format: percent, lines: [{ name: "cpu_percent", label: "server.cpu_label" }] },
  { title: "server.lag", format: milliseconds, lines: [{ name: "loop_lag_ms", label: "server.lag_label" }] },
  { title: "server.database", format: formatBytes, lines: [{ name: "database_bytes", label: "server.database_label" }] },
  { title: "server.disk", format: formatBytes, lines: [{ name: "free_disk_bytes", label: "server.disk_label" }] },
];

function perMinute(points: Points, stepSeconds: number): Points {
  return points.map((value) => (value === null ? null : (value * 60) / stepSeconds));
}

/** The charts of a series. */
export function chartsOf(series: Series): Chart[] {
  return CHARTS.map(({ title, lines, format, isCount }) => {
    const drawn = lines.map(({ name, label, isBad }) => ({
      label: t(label),
      points: isCount ? perMinute(series[name], series.step_seconds) : series[name],
      isBad: isBad ?? false,
    }));
    return { key: title, title: t(title), lines: drawn, format };
  });
}
