/** Settings → Server: how the server does, now and in the last hour or day. */
import { useState } from "preact/hooks";
import type { Stats } from "../../lib/api/types";
import { LineChart } from "../../lib/charts";
import { formatBytes, formatDateTime, formatNumber, t } from "../../lib/i18n";
import { Banner, Button, ErrorState, Field, Page, Select, Skeleton } from "../../lib/ui";
import { chartsOf } from "./series";
import { TeamCard } from "./team/TeamCard";
import { useStats, type Period } from "./use-stats";

const PERIODS: readonly Period[] = ["hour", "day"];

function uptime(seconds: number): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return t("server.up_days", { days, hours });
  if (hours > 0) return t("server.up_hours", { hours, minutes });
  return t("server.up_minutes", { n: minutes });
}

interface CardProps {
  readonly label: string;
  readonly value: string;
  readonly more?: string;
  readonly isBad?: boolean;
}

function Card({ label, value, more, isBad }: CardProps) {
  return (
    <div class={isBad ? "server-card server-card-bad" : "server-card"}>
      <dt>{label}</dt>
      <dd>
        <strong>{value}</strong>
        {more && <span>{more}</span>}
      </dd>
    </div>
  );
}

function BackupCard({ backup }: { readonly backup: Stats["now"]["backup"] }) {
  const size = backup?.made_at ? formatBytes(backup.size_bytes) : t("server.backup_none");
  const more = backup?.error ? t("server.backup_failed") : backup?.made_at ? formatDateTime(backup.made_at) : "";
  return <Card label={t("server.backup")} value={size} more={more} isBad={Boolean(backup?.error)} />;
}

function Cards({ now }: { readonly now: Stats["now"] }) {
  const isOk = now.storage.state === "ok";
  return (
    <dl class="server-cards">
      <Card label={t("server.card_version")} value={now.version} more={now.commit?.slice(0, 12) ?? `SQLite ${now.sqlite_version}`} />
      <Card label={t("server.card_uptime")} value={uptime(now.uptime_seconds)} more={t("server.card_since", { time: formatDateTime(now.started_at) })} />
      <Card label={t("server.card_storage")} value={t(`server.storage_${now.storage.state}`)} isBad={!isOk} />
      <Card label={t("server.card_running")} value={formatNumber(now.running_turns)} more={t("server.card_viewers", { n: now.viewers })} />
      <Card label={t("server.memory")} value={now.memory_bytes === null ? "—" : formatBytes(now.memory_bytes)} more={now.open_files === null ? "" : t("server.card_files", { n: now.open_files })} />
      <Card label={t("server.database")} value={formatBytes(now.database_bytes)} more={t("server.card_wal", { size: formatBytes(now.wal_bytes) })} />
      <Card label={t("server.disk")} value={formatBytes(now.free_disk_bytes)} more={t("server.card_of", { size: formatBytes(now.disk_bytes) })} />
      <BackupCard backup={now.backup} />
      <Card label={t("server.card_turns")} value={formatNumber(now.turns)} more={t("server.card_failed", { n: now.failed_turns })} />
    </dl>
  );
}

function Charts({ series }: { readonly series: Stats["series"] }) {
  const until = new Date(series.until).getTime();
  return (
    <div class="server-charts">
      {chartsOf(series).map(({ key, ...chart }) => (
        <LineChart key={key} {...chart} until={until} step={series.step_seconds * 1000} />
      ))}
    </div>
  );
}

export function ServerPage() {
  const [period, setPeriod] = useState<Period>("hour");
  const { stats, problem, again } = useStats(period);
  const retry = (
    <Button size="sm" onClick={again}>
      {t("ui.retry")}
    </Button>
  );
  const periods = (
    <Field label={t("server.period")} hideLabel>
      {(control) => <Select {...control} value={period} options={PERIODS.map((value) => ({ value, label: t(`server.period_${value}`) }))} onValue={setPeriod} />}
    </Field>
  );
  return (
    <Page title={t("server.title")} intro={t("server.intro")} wide actions={periods}>
      {problem && !stats && <ErrorState title={t("settings.load_failed")} detail={problem} onRetry={again} />}
      {problem && stats && (
        <Banner tone="warn" live actions={retry}>
          {t("server.stale", { problem })}
        </Banner>
      )}
      {!stats && !problem && <Skeleton lines={8} />}
      {stats && stats.now.storage.state !== "ok" && <Banner tone="danger">{stats.now.storage.detail}</Banner>}
      {stats?.now.backup?.error && <Banner tone="warn">{t("server.backup_error", { problem: stats.now.backup.error })}</Banner>}
      {stats && <Cards now={stats.now} />}
      <TeamCard />
      {stats && <Charts series={stats.series} />}
    </Page>
  );
}
