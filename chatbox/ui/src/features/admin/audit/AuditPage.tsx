/** Administration → Audit: who did what, newest first; the chain can be checked, the log taken along. */
import { useState } from "preact/hooks";
import { api, apiUrl } from "../../../lib/api/client";
import { formatNumber, t } from "../../../lib/i18n";
import { complain } from "../../../lib/state/complain";
import { may } from "../../../lib/state/me";
import { verified } from "../../../lib/state/proof";
import { Banner, Button, Field, Page, Select } from "../../../lib/ui";
import type { AuditCheck, AuditEntry, Person } from "../model";
import { Nothing, Paged } from "../parts";
import { nameOf } from "../people/person-rights";
import { usePages } from "../use-pages";
import { usePeople } from "../use-names";
import { AuditRow } from "./AuditRow";
import { actionName, ACTIONS } from "./sentences";

const SLOW = 120_000;

interface Filter {
  readonly action: string;
  readonly actor: string;
}

interface FiltersProps {
  readonly filter: Filter;
  readonly people: readonly Person[];
  readonly onFilter: (change: Partial<Filter>) => void;
}

function Filters({ filter, people, onFilter }: FiltersProps) {
  const actions = [{ value: "", label: t("admin.audit_all") }, ...ACTIONS.map((value) => ({ value: value as string, label: actionName(value) }))];
  const actors = [{ value: "", label: t("admin.audit_everybody") }, ...people.map((one) => ({ value: one.id, label: nameOf(one) }))];
  return (
    <div class="admin-filters" role="search" aria-label={t("admin.audit_filter")}>
      <Field label={t("admin.audit_action")} hideLabel>
        {(control) => <Select {...control} value={filter.action} options={actions} onValue={(action) => onFilter({ action })} />}
      </Field>
      <Field label={t("admin.audit_actor")} hideLabel>
        {(control) => <Select {...control} value={filter.actor} options={actors} onValue={(actor) => onFilter({ actor })} />}
      </Field>
    </div>
  );
}

function Outcome({ check }: { readonly check: AuditCheck }) {
  if (check.ok) {
    return (
      <Banner tone="ok" live>
        {t("admin.check_ok", { n: formatNumber(check.entries) })}
      </Banner>
    );
  }
  return (
    <Banner tone="danger" live>
      {t("admin.check_broken", { id: check.broken_at ?? 0 })}
    </Banner>
  );
}

/** The browser saves it, so that a long log needs no memory here. */
async function download(): Promise<void> {
  if (!(await verified())) return;
  const link = document.createElement("a");
  link.href = apiUrl("/audit/export");
  link.download = "audit.jsonl";
  link.click();
}

export function AuditPage() {
  const people = usePeople();
  const [filter, setFilter] = useState<Filter>({ action: "", actor: "" });
  const [check, setCheck] = useState<AuditCheck | null>(null);
  const [busy, setBusy] = useState(false);
  const pages = usePages<AuditEntry>("/audit", { action: filter.action || null, actor: filter.actor || null, limit: 50 });
  const checkChain = async (): Promise<void> => {
    setBusy(true);
    setCheck(null);
    await api.get<AuditCheck>("/audit/check", { timeout: SLOW }).then(setCheck, complain);
    setBusy(false);
  };
  const actions = (
    <>
      <Button icon="check" busy={busy} onClick={() => void checkChain()}>
        {t("admin.check")}
      </Button>
      {may("guard") && (
        <Button icon="download" onClick={() => void download()}>
          {t("admin.export")}
        </Button>
      )}
    </>
  );
  return (
    <Page title={t("admin.nav_audit")} intro={t("admin.audit_intro")} actions={actions} wide>
      {check && <Outcome check={check} />}
      <Filters filter={filter} people={people} onFilter={(change) => setFilter((now) => ({ ...now, ...change }))} />
      <Paged pages={pages} isFiltered={Boolean(filter.action || filter.actor)} label={t("admin.nav_audit")} empty={<Nothing text={t("admin.audit_none")} />}>
        {(entry) => <AuditRow key={entry.id} entry={entry} people={people} />}
      </Paged>
    </Page>
  );
}
