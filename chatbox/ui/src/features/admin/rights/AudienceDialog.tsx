/** The dialog that says who may use a provider or a model. */
import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { Checkbox, Combobox, Field, IconButton, RadioGroup } from "../../../lib/ui";
import type { Person } from "../model";
import { FormDialog } from "../parts";
import { nameOf, type GivenRole } from "../people/person-rights";
import { useWork } from "../use-work";
import { ADMINS, ALL, GRANTED_ROLES, reachOf, type Audience, type Reach } from "./grants";

interface PeopleProps {
  readonly chosen: readonly string[];
  readonly people: readonly Person[];
  readonly onChosen: (ids: readonly string[]) => void;
}

function People({ chosen, people, onChosen }: PeopleProps) {
  const labelOf = (id: string): string => {
    const person = people.find((one) => one.id === id);
    return person ? nameOf(person) : t("admin.somebody");
  };
  const others = people.filter(({ id, role }) => role !== "owner" && role !== "admin" && !chosen.includes(id));
  return (
    <>
      <Field label={t("admin.rights_people")}>
        {(control) => (
          <Combobox
            id={control.id}
            label={t("admin.rights_people")}
            placeholder={t("admin.rights_add_person")}
            value={null}
            options={others.map((one) => ({ value: one.id, label: nameOf(one), ...(one.username ? { hint: `@${one.username}` } : {}) }))}
            onChange={(id) => onChosen([...chosen, id])}
          />
        )}
      </Field>
      {chosen.length > 0 && (
        <ul class="admin-chips" aria-label={t("admin.rights_people")}>
          {chosen.map((id) => (
            <li key={id} class="admin-chip">
              <bdi>{labelOf(id)}</bdi>
              <IconButton icon="x" size="sm" label={t("admin.rights_remove_person", { name: labelOf(id) })} tip={null} onClick={() => onChosen(chosen.filter((one) => one !== id))} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export interface AudienceDialogProps {
  readonly title: string;
  /** What no restriction means: everybody, or the same as the provider. */
  readonly free: string;
  readonly audience: Audience;
  readonly people: readonly Person[];
  readonly onSave: (audience: Audience) => Promise<void>;
  readonly onClose: () => void;
}

export function AudienceDialog({ title, free, audience, people, onSave, onClose }: AudienceDialogProps) {
  const [reach, setReach] = useState<Reach>(reachOf(audience));
  const [chosen, setChosen] = useState<Audience>({ ...audience, roles: audience.roles.filter((role) => role !== "admin") });
  const work = useWork();
  const wanted = { all: ALL, admins: ADMINS, some: chosen }[reach];
  const toggle = (role: GivenRole, isOn: boolean): void => setChosen((now) => ({ ...now, roles: GRANTED_ROLES.filter((one) => (one === role ? isOn : now.roles.includes(one))) }));
  const submit = async (): Promise<void> => {
    if (await work.run(() => onSave(wanted))) onClose();
  };
  return (
    <FormDialog title={title} submit={t("ui.save")} work={work} disabled={reach === "some" && reachOf(chosen) !== "some"} onSubmit={() => void submit()} onClose={onClose}>
      <RadioGroup
        label={t("admin.rights_who")}
        hint={t("admin.rights_always")}
        value={reach}
        onChange={setReach}
        choices={[
          { value: "all", label: free },
          { value: "some", label: t("admin.rights_some"), hint: t("admin.rights_some_hint") },
          { value: "admins", label: t("admin.rights_admins") },
        ]}
      />
      {reach === "some" && (
        <>
          <fieldset class="ui-radiogroup">
            <legend class="ui-label">{t("admin.rights_roles")}</legend>
            {GRANTED_ROLES.map((role) => (
              <Checkbox key={role} checked={chosen.roles.includes(role)} onChange={(isOn) => toggle(role, isOn)}>
                {t(`admin.roles_${role}`)}
              </Checkbox>
            ))}
          </fieldset>
          <People chosen={chosen.people} people={people} onChosen={(ids) => setChosen((now) => ({ ...now, people: ids }))} />
        </>
      )}
    </FormDialog>
  );
}
