/** Dialogs with fields: add a person, change one. */
import { useState } from "preact/hooks";
import type { AccountRole } from "../../../lib/api/types";
import { t } from "../../../lib/i18n";
import { me } from "../../../lib/state/me";
import { Banner, Button, Field, Input, Select } from "../../../lib/ui";
import type { Once, Person } from "../model";
import { FormDialog } from "../parts";
import { useWork, type Work } from "../use-work";
import { addPerson, changePerson, currentOf } from "./people-api";
import { nameOf, rolesFor } from "./person-rights";

const FIELDS = ["username", "name", "email", "role"];
const OWNERS = { name_taken: "username" };

interface Draft {
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly role: AccountRole;
}

interface TextFieldProps {
  readonly name: "username" | "name" | "email";
  readonly draft: Draft;
  readonly work: Work;
  readonly onDraft: (change: Partial<Draft>) => void;
  readonly isFirst?: boolean;
}

function TextField({ name, draft, work, onDraft, isFirst }: TextFieldProps) {
  const hint = name === "username" ? t("admin.username_hint") : name === "email" ? t("admin.optional") : undefined;
  return (
    <Field label={t(`admin.${name}`)} hint={hint} error={work.problems.fields[name]}>
      {(control) => (
        <Input
          {...control}
          type={name === "email" ? "email" : "text"}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          required={name === "username"}
          data-autofocus={isFirst ? "" : undefined}
          value={draft[name]}
          onValue={(value) => onDraft({ [name]: value })}
        />
      )}
    </Field>
  );
}

function RoleField({ draft, work, onDraft, roles }: Omit<TextFieldProps, "name"> & { readonly roles: readonly AccountRole[] }) {
  return (
    <Field label={t("admin.role")} hint={t(`admin.role_${draft.role}_hint`)} error={work.problems.fields["role"]}>
      {(control) => <Select {...control} value={draft.role} options={roles.map((value) => ({ value, label: t(`shell.role_${value}`) }))} onValue={(role) => onDraft({ role })} />}
    </Field>
  );
}

export interface AddPersonProps {
  readonly onAdded: (person: Person, link: Once) => void;
  readonly onClose: () => void;
}

export function AddPersonDialog({ onAdded, onClose }: AddPersonProps) {
  const [draft, setDraft] = useState<Draft>({ username: "", name: "", email: "", role: "user" });
  const work = useWork(FIELDS, OWNERS);
  const roles = rolesFor(me.value);
  const change = (part: Partial<Draft>): void => setDraft((now) => ({ ...now, ...part }));
  const submit = async (): Promise<void> => {
    const username = draft.username.trim();
    if (!username) return work.complain({ form: null, fields: { username: t("admin.username_needed") } });
    await work.run(async () => {
      const role = roles.find((one) => one === draft.role) ?? "user";
      const made = await addPerson({ username, name: draft.name.trim() || username, email: draft.email.trim() || null, role });
      onAdded(made.user, made.link);
    });
  };
  const fields = { draft, work, onDraft: change };
  return (
    <FormDialog title={t("admin.person_add")} submit={t("admin.person_add_submit")} work={work} onSubmit={() => void submit()} onClose={onClose}>
      <TextField name="username" isFirst {...fields} />
      <TextField name="name" {...fields} />
      <TextField name="email" {...fields} />
      <RoleField roles={roles} {...fields} />
    </FormDialog>
  );
}

/** Somebody else was faster: what it is now, and the choice which of the two counts. */
function Conflict({ current, onTake }: { readonly current: Person; readonly onTake: () => void }) {
  const take = (
    <Button size="sm" onClick={onTake}>
      {t("admin.conflict_take")}
    </Button>
  );
  return (
    <Banner tone="warn" live actions={take}>
      {t("admin.conflict", { name: nameOf(current), email: current.email ?? "—", role: t(`shell.role_${current.role}`) })}
    </Banner>
  );
}

export interface EditPersonProps {
  readonly person: Person;
  readonly onSaved: (person: Person) => void;
  readonly onClose: () => void;
}

export function EditPersonDialog({ person, onSaved, onClose }: EditPersonProps) {
  const draftOf = (one: Person): Draft => ({ username: one.username ?? "", name: one.name, email: one.email ?? "", role: one.role });
  const [base, setBase] = useState(person);
  const [hasConflict, setConflict] = useState(false);
  const [draft, setDraft] = useState(draftOf(person));
  const work = useWork(FIELDS, { name_taken: "email" });
  const save = async (): Promise<void> => {
    try {
      onSaved(await changePerson(base, { name: draft.name.trim(), email: draft.email.trim() || null, ...(draft.role === base.role ? {} : { role: draft.role }) }));
    } catch (error) {
      const current = currentOf(error);
      if (!current) throw error;
      setBase(current);
      setConflict(true);
    }
  };
  const take = (): void => {
    setDraft(draftOf(base));
    setConflict(false);
  };
  const fields = { draft, work, onDraft: (part: Partial<Draft>): void => setDraft((now) => ({ ...now, ...part })) };
  const offered: readonly AccountRole[] = rolesFor(me.value);
  const roles = offered.includes(draft.role) ? offered : [draft.role, ...offered];
  return (
    <FormDialog title={t("admin.person_edit", { name: nameOf(person) })} submit={t("ui.save")} work={work} onSubmit={() => void work.run(save)} onClose={onClose}>
      {hasConflict && <Conflict current={base} onTake={take} />}
      <TextField name="name" isFirst {...fields} />
      <TextField name="email" {...fields} />
      <RoleField roles={roles} {...fields} />
    </FormDialog>
  );
}
