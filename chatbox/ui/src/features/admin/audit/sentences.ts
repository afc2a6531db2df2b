/** What an entry of the audit log says, as a sentence. */
import { hasKey, t, type Key } from "../../../lib/i18n";
import { providers } from "../../../lib/state/providers";
import type { AuditEntry, Person } from "../model";
import { nameOf } from "../people/person-rights";
import { labelOf, wordsOf } from "../system/values";

/** Actions that can be filtered by: those that have a name of their own. */
export const ACTIONS = [
  "login.open", "login.verify", "login.end", "login.reused", "password.change", "password.reset",
  "password.set", "totp.confirm", "totp.disable", "recovery.use", "recovery.renew",
  "identity.link", "identity.unlink", "user.join", "user.create", "user.change", "user.email",
  "user.role", "user.state", "user.reset_link", "user.reset_mail", "user.email_mail",
  "user.end_logins", "user.remove_totp", "user.delete", "user.export", "account.export", "invitation.make",
  "invitation.revoke", "invitation.mail", "grant.add", "grant.remove", "provider.add",
  "provider.change", "provider.remove", "settings.change", "session.read_by_admin",
  "audit.export", "audit.forget", "setup.link", "setup.done", "team.enable", "team.disable",
] as const;

/** `kind:id`, as the log names what something was done to. */
export function objectOf(entry: Pick<AuditEntry, "object">, people: readonly Person[]): string {
  const [kind = "", ...rest] = entry.object.split(":");
  const id = rest.join(":");
  const person = kind === "user" ? people.find((one) => one.id === id) : undefined;
  if (person) return nameOf(person);
  const provider = kind === "provider" ? providers.items.value.find((one) => one.id === id) : undefined;
  if (provider) return provider.name;
  if (kind === "setting") return labelOf({ key: id });
  return id ? t("admin.object", { kind, id: id.length > 12 ? `…${id.slice(-6)}` : id }) : t("admin.object_none");
}

/** What commands write as their actor. */
const COMMAND = "cli";

function actorOf({ actor, actor_name: name, address }: AuditEntry): string {
  if (name) return name;
  if (actor === COMMAND || (actor === "" && address === "")) return t("admin.operator");
  return t(actor === "" ? "admin.nobody" : "admin.gone");
}

/** Old and new values of a setting come as JSON. */
function valueOf(entry: AuditEntry, which: "old" | "new"): string {
  const key = entry.object.replace(/^setting:/, "");
  const text = entry.detail[which];
  if (typeof text !== "string") return wordsOf(key, null);
  try {
    return wordsOf(key, JSON.parse(text));
  } catch {
    return text;
  }
}

/** The key of the sentence: a refusal may have one of its own. */
function keyOf(entry: AuditEntry): Key | null {
  const key = `audit.${entry.action}`;
  const refused = `${key}_refused`;
  if (entry.result === "refused" && hasKey(refused)) return refused;
  return hasKey(key) ? key : null;
}

const textOf = (value: AuditEntry["detail"][string] | undefined): string => (value === undefined || value === null ? "" : String(value));

/** The entry in words; what this page does not know is shown as the log has it. */
export function sentenceOf(entry: AuditEntry, people: readonly Person[]): string {
  const key = keyOf(entry);
  const words = { actor: actorOf(entry), object: objectOf(entry, people), action: entry.action };
  if (key === null) return t("admin.did_something", words);
  const to = textOf(entry.detail["to"]);
  const role = roleOf(to || textOf(entry.detail["role"]));
  const user = textOf(entry.detail["user"]);
  const whom = user === "" ? role : objectOf({ object: `user:${user}` }, people);
  const model = textOf(entry.detail["model"]);
  const object = model === "" ? words.object : `${words.object}/${model}`;
  return t(key, { ...words, object, to, role, whom, old: valueOf(entry, "old"), new: valueOf(entry, "new") });
}

function roleOf(name: string): string {
  const key = `shell.role_${name}`;
  return hasKey(key) ? t(key) : "—";
}

export function actionName(action: string): string {
  const key = `audit.name_${action}`;
  return hasKey(key) ? t(key) : action;
}
