/** Dialogs that ask before something that cannot be taken back. */
import { useState } from "preact/hooks";
import { t, type Key } from "../../../lib/i18n";
import { Field, Input } from "../../../lib/ui";
import type { Person } from "../model";
import { FormDialog } from "../parts";
import { useWork } from "../use-work";
import { changePerson, deletePerson, endLogins, removeFactor } from "./people-api";
import { nameOf } from "./person-rights";

export type Question = "logins" | "factor" | "delete" | "owner";

interface Asked {
  readonly title: Key;
  readonly text: Key;
  readonly submit: Key;
  readonly work: (person: Person) => Promise<unknown>;
  /** The name must be typed: there is no way back. */
  readonly typed?: boolean;
}

const QUESTIONS: Readonly<Record<Question, Asked>> = {
  logins: { title: "admin.logins_title", text: "admin.logins_text", submit: "admin.logins_submit", work: endLogins },
  factor: { title: "admin.factor_title", text: "admin.factor_text", submit: "admin.factor_submit", work: removeFactor },
  delete: { title: "admin.delete_title", text: "admin.delete_text", submit: "admin.delete_submit", work: deletePerson, typed: true },
  owner: { title: "admin.owner_title", text: "admin.owner_text", submit: "admin.owner_submit", work: (person) => changePerson(person, { role: "owner" }), typed: true },
};

export interface ConfirmProps {
  readonly question: Question;
  readonly person: Person;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function ConfirmDialog({ question, person, onDone, onClose }: ConfirmProps) {
  const { title, text, submit, work: deed, typed } = QUESTIONS[question];
  const [given, setGiven] = useState("");
  const work = useWork();
  const name = nameOf(person);
  const wanted = person.username ?? person.name;
  const isReady = !typed || given.trim() === wanted;
  const act = async (): Promise<void> => {
    if (await work.run(() => deed(person))) onDone();
  };
  return (
    <FormDialog title={t(title, { name })} submit={t(submit)} danger work={work} disabled={!isReady} onSubmit={() => void act()} onClose={onClose}>
      <p class="settings-text">{t(text, { name })}</p>
      {typed && (
        <Field label={t("admin.type_name", { name: wanted })}>
          {(control) => <Input {...control} autocomplete="off" autocapitalize="none" spellcheck={false} data-autofocus="" value={given} onValue={setGiven} />}
        </Field>
      )}
    </FormDialog>
  );
}
