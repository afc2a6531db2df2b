/** Administration → Models and rights: what the server offers to everybody, and who may use it. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../../../lib/api/client";
import { describeError } from "../../../lib/api/errors";
import type { Page as ListPage, Provider } from "../../../lib/api/types";
import { t } from "../../../lib/i18n";
import { hrefOf } from "../../../lib/router";
import { may } from "../../../lib/state/me";
import { models } from "../../../lib/state/models";
import { providers } from "../../../lib/state/providers";
import { Badge, Button, EmptyState, ErrorState, Field, Input, Page, Skeleton } from "../../../lib/ui";
import type { Grant, Person } from "../model";
import { nameOf } from "../people/person-rights";
import { usePeople } from "../use-names";
import { AudienceDialog } from "./AudienceDialog";
import { audienceOf, GRANTED_ROLES, grantsOf, planOf, reachOf, type Audience, type Thing } from "./grants";

interface Rights {
  readonly grants: readonly Grant[] | null;
  readonly problem: string | null;
  readonly load: () => Promise<void>;
}

function useRights(): Rights {
  const [grants, setGrants] = useState<readonly Grant[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = async (): Promise<void> => {
    setProblem(null);
    try {
      const [{ items }] = await Promise.all([api.get<ListPage<Grant>>("/grants", { query: { limit: 200 } }), providers.load(), models.load()]);
      setGrants(items);
    } catch (error) {
      setProblem(describeError(error));
    }
  };
  useEffect(() => void load(), []);
  return { grants, problem, load };
}

/** One after the other: when one fails, what stands is never wider than what was asked for. */
async function carryOut(thing: Thing, now: readonly Grant[], audience: Audience): Promise<void> {
  const { add, remove } = planOf(thing, now, audience);
  for (const grant of add) await api.post("/grants", grant);
  for (const id of remove) await api.del(`/grants/${id}`);
}

interface WhoProps {
  readonly audience: Audience;
  readonly free: string;
  readonly people: readonly Person[];
}

function Who({ audience, free, people }: WhoProps) {
  const reach = reachOf(audience);
  if (reach === "all") return <Badge>{free}</Badge>;
  if (reach === "admins") return <Badge tone="warn">{t("admin.rights_admins")}</Badge>;
  const names = audience.people.map((id) => people.find((one) => one.id === id)).map((one) => (one ? nameOf(one) : t("admin.somebody")));
  return (
    <>
      {GRANTED_ROLES.filter((role) => audience.roles.includes(role)).map((role) => (
        <Badge key={role} tone="accent">
          {t(`admin.roles_${role}`)}
        </Badge>
      ))}
      {names.map((name, index) => (
        <Badge key={index} tone="info">
          <bdi>{name}</bdi>
        </Badge>
      ))}
    </>
  );
}

interface LineProps extends WhoProps {
  readonly name: string;
  readonly onChange: () => void;
}

function Line({ name, onChange, ...who }: LineProps) {
  return (
    <div class="admin-row-in">
      <div class="admin-row-main">
        <span class="admin-who-name">
          <bdi>{name}</bdi>
        </span>
        <span class="admin-badges">
          <Who {...who} />
        </span>
      </div>
      {may("manage") && (
        <Button size="sm" aria-label={t("admin.rights_change", { name })} onClick={onChange}>
          {t("admin.change")}
        </Button>
      )}
    </div>
  );
}

interface CardProps {
  readonly provider: Provider;
  readonly grants: readonly Grant[];
  readonly people: readonly Person[];
  readonly onChange: (thing: Thing, name: string) => void;
}

/** So many models are found faster by name. */
const MANY = 12;

function Models({ provider, grants, people, onChange }: CardProps) {
  const [query, setQuery] = useState("");
  const own = models.items.value.filter((model) => model.provider_id === provider.id);
  const restricted = new Set(grants.filter((one) => one.provider_id === provider.id && one.model !== null).map((one) => one.model));
  const needle = query.trim().toLowerCase();
  return (
    <details>
      <summary>
        {t("admin.rights_models", { n: own.length })} · {t("admin.rights_own", { n: restricted.size })}
      </summary>
      {own.length > MANY && (
        <Field label={t("settings.models_filter")} hideLabel>
          {(control) => <Input {...control} type="search" class="settings-narrow" placeholder={t("settings.models_filter")} value={query} onValue={setQuery} />}
        </Field>
      )}
      {own
        .filter(({ name }) => name.toLowerCase().includes(needle))
        .map((model) => {
          const thing = { provider_id: provider.id, model: model.name };
          return <Line key={model.id} name={model.name} free={t("admin.rights_same")} audience={audienceOf(grantsOf(grants, thing))} people={people} onChange={() => onChange(thing, model.name)} />;
        })}
    </details>
  );
}

function Card(props: CardProps) {
  const { provider, grants, people, onChange } = props;
  const whole = { provider_id: provider.id, model: null };
  return (
    <li class="admin-card">
      <h3 class="visually-hidden">{provider.name}</h3>
      <Line name={provider.name} free={t("admin.rights_all")} audience={audienceOf(grantsOf(grants, whole))} people={people} onChange={() => onChange(whole, provider.name)} />
      <Models {...props} />
    </li>
  );
}

export function RightsPage() {
  const { grants, problem, load } = useRights();
  const people = usePeople();
  const [open, setOpen] = useState<{ readonly thing: Thing; readonly name: string } | null>(null);
  const shared = providers.items.value.filter((provider) => provider.is_system);
  const save = async (thing: Thing, audience: Audience): Promise<void> => {
    await carryOut(thing, grantsOf(grants ?? [], thing), audience).finally(load);
  };
  return (
    <Page title={t("admin.nav_rights")} intro={t("admin.rights_intro")} wide>
      {problem && <ErrorState title={t("settings.load_failed")} detail={problem} onRetry={() => void load()} />}
      {!grants && !problem && <Skeleton kind="card" lines={3} />}
      {grants && shared.length === 0 && (
        <EmptyState icon="server" title={t("admin.rights_none")} text={t("admin.rights_none_text")}>
          <a href={hrefOf("/settings/providers")}>{t("admin.rights_to_providers")}</a>
        </EmptyState>
      )}
      {grants && shared.length > 0 && (
        <ul class="admin-cards" aria-label={t("admin.nav_rights")}>
          {shared.map((provider) => (
            <Card key={provider.id} provider={provider} grants={grants} people={people} onChange={(thing, name) => setOpen({ thing, name })} />
          ))}
        </ul>
      )}
      {open && (
        <AudienceDialog
          title={t("admin.rights_title", { name: open.name })}
          free={t(open.thing.model === null ? "admin.rights_all" : "admin.rights_same")}
          audience={audienceOf(grantsOf(grants ?? [], open.thing))}
          people={people}
          onSave={(audience) => save(open.thing, audience)}
          onClose={() => setOpen(null)}
        />
      )}
    </Page>
  );
}
