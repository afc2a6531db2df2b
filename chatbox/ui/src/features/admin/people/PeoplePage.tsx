/** Administration → People: who has an account, and everything that can be done with one. */
import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { navigate } from "../../../lib/router";
import { complain } from "../../../lib/state/complain";
import { may } from "../../../lib/state/me";
import { toasts } from "../../../lib/state/toasts";
import { Button, Field, Input, Page, Select } from "../../../lib/ui";
import { ROLES, type Once, type Person } from "../model";
import { Nothing, OnceDialog, Paged } from "../parts";
import { usePages, useSettled } from "../use-pages";
import { useMayRead } from "../use-may-read";
import { changePerson, currentOf, makeResetLink } from "./people-api";
import { ConfirmDialog, type Question } from "./PersonConfirms";
import { AddPersonDialog, EditPersonDialog } from "./PersonForms";
import { PersonRow, type Deed } from "./PersonRow";
import { nameOf } from "./person-rights";

const STATES = ["active", "suspended"] as const;

interface Filter {
  readonly q: string;
  readonly role: "" | Person["role"];
  readonly state: "" | Person["state"];
}

type Open =
  | { readonly kind: "add" }
  | { readonly kind: "edit"; readonly person: Person }
  | { readonly kind: "once"; readonly person: Person; readonly link: Once; readonly isNew: boolean }
  | { readonly kind: "ask"; readonly person: Person; readonly question: Question };

function Filters({ filter, onFilter }: { readonly filter: Filter; readonly onFilter: (change: Partial<Filter>) => void }) {
  const roles = [{ value: "" as const, label: t("admin.role_all") }, ...ROLES.map((value) => ({ value, label: t(`shell.role_${value}`) }))];
  const states = [{ value: "" as const, label: t("admin.state_all") }, ...STATES.map((value) => ({ value, label: t(`admin.state_${value}`) }))];
  return (
    <div class="settings-filters" role="search" aria-label={t("admin.people_search")}>
      <Field label={t("admin.people_search")} hideLabel>
        {(control) => <Input {...control} type="search" placeholder={t("admin.people_search")} value={filter.q} onValue={(q) => onFilter({ q })} />}
      </Field>
      <Field label={t("admin.role")} hideLabel>
        {(control) => <Select {...control} value={filter.role} options={roles} onValue={(role) => onFilter({ role })} />}
      </Field>
      <Field label={t("admin.state")} hideLabel>
        {(control) => <Select {...control} value={filter.state} options={states} onValue={(state) => onFilter({ state })} />}
      </Field>
    </div>
  );
}

interface DialogsProps {
  readonly open: Open;
  readonly onOpen: (open: Open | null) => void;
  readonly onPerson: (person: Person) => void;
  readonly onReload: () => void;
}

function Dialogs({ open, onOpen, onPerson, onReload }: DialogsProps) {
  const close = (): void => onOpen(null);
  if (open.kind === "add") {
    const added = (person: Person, link: Once): void => {
      onReload();
      onOpen({ kind: "once", person, link, isNew: true });
    };
    return <AddPersonDialog onAdded={added} onClose={close} />;
  }
  const name = nameOf(open.person);
  if (open.kind === "edit") {
    const saved = (person: Person): void => {
      onPerson(person);
      toasts.show({ kind: "success", text: t("admin.person_saved", { name: nameOf(person) }) });
      close();
    };
    return <EditPersonDialog person={open.person} onSaved={saved} onClose={close} />;
  }
  if (open.kind === "once") {
    const text = t(open.isNew ? "admin.link_first" : "admin.link_reset", { name });
    return <OnceDialog title={t(open.isNew ? "admin.person_added" : "admin.reset_made", { name })} text={text} url={open.link.url} expires={open.link.expires_at} onClose={close} />;
  }
  const done = (): void => {
    toasts.show({ kind: "success", text: t(`admin.done_${open.question}`, { name }) });
    close();
    // The former owner has other rights from now on, and so has this page.
    if (open.question === "owner") window.location.reload();
    else onReload();
  };
  return <ConfirmDialog question={open.question} person={open.person} onDone={done} onClose={close} />;
}

export function PeoplePage() {
  const [filter, setFilter] = useState<Filter>({ q: "", role: "", state: "" });
  const [open, setOpen] = useState<Open | null>(null);
  const mayRead = useMayRead();
  const q = useSettled(filter.q.trim());
  const pages = usePages<Person>("/users", { q: q || null, role: filter.role || null, state: filter.state || null, limit: 50 });
  const put = (person: Person): void => pages.set((items) => items.map((one) => (one.id === person.id ? person : one)));

  const toggle = async (person: Person): Promise<void> => {
    const state = person.state === "active" ? "suspended" : "active";
    try {
      const saved = await changePerson(person, { state });
      put(saved);
      const undo = { label: t("admin.do_resume"), run: () => void toggle(saved) };
      toasts.show({ kind: "success", text: t(`admin.done_${state}`, { name: nameOf(saved) }), ...(state === "suspended" ? { action: undo } : {}) });
    } catch (error) {
      const current = currentOf(error);
      if (current) put(current);
      complain(error);
    }
  };
  const act = (person: Person, deed: Deed): void => {
    if (deed === "edit") setOpen({ kind: "edit", person });
    else if (deed === "state") void toggle(person);
    else if (deed === "read") navigate(`/admin/people?read=${person.id}`);
    else if (deed === "reset") makeResetLink(person).then((link) => setOpen({ kind: "once", person, link, isNew: false }), complain);
    else setOpen({ kind: "ask", person, question: deed });
  };
  const add = may("manage") && (
    <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: "add" })}>
      {t("admin.person_add")}
    </Button>
  );
  return (
    <Page title={t("admin.nav_people")} intro={t("admin.people_intro")} actions={add} wide>
      <Filters filter={filter} onFilter={(change) => setFilter((now) => ({ ...now, ...change }))} />
      <Paged pages={pages} class="admin-people" isFiltered={Boolean(q || filter.role || filter.state)} label={t("admin.nav_people")} empty={<Nothing text={t("admin.people_none")} />}>
        {(person) => <PersonRow key={person.id} person={person} mayRead={mayRead} onDeed={(deed) => act(person, deed)} />}
      </Paged>
      {open && <Dialogs open={open} onOpen={setOpen} onPerson={put} onReload={pages.reload} />}
    </Page>
  );
}
