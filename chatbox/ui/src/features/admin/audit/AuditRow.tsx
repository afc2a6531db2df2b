/** One entry of the audit log. */
import { formatDateTime, t } from "../../../lib/i18n";
import { Badge, Icon } from "../../../lib/ui";
import type { AuditEntry, Person } from "../model";
import { sentenceOf } from "./sentences";

function rowsOf(entry: AuditEntry): readonly (readonly [string, string])[] {
  const own = Object.entries(entry.detail).map(([name, value]) => [name, value === null ? "—" : String(value)] as const);
  const rows = [
    [t("admin.audit_id"), String(entry.id)],
    [t("admin.audit_action"), entry.action],
    [t("admin.audit_object"), entry.object],
    [t("admin.audit_actor"), entry.actor],
    [t("admin.audit_address"), entry.address],
    ...own,
  ] as const;
  return rows.filter(([, value]) => value !== "");
}

export function AuditRow({ entry, people }: { readonly entry: AuditEntry; readonly people: readonly Person[] }) {
  return (
    <li class="admin-entry">
      <details>
        <summary>
          <span class="admin-entry-text">{sentenceOf(entry, people)}</span>
          {entry.result === "refused" && (
            <Badge tone="warn" icon="warn">
              {t("admin.refused")}
            </Badge>
          )}
          <time class="admin-entry-time" dateTime={entry.at}>
            {formatDateTime(entry.at)}
          </time>
          <Icon name="chevron-down" size={16} />
        </summary>
        <dl class="admin-details">
          {rowsOf(entry).map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}
