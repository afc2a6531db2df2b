/** Values of system settings: as text in a field, back again, and for a reader. */
import { formatNumber, hasKey, t } from "../../../lib/i18n";
import type { SystemSetting, Value } from "../model";

export type Draft = Readonly<Record<string, Value>>;

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  general: ["name"],
  joining: ["registration", "registration_domains", "invitation_hours", "require_totp"],
  rights: ["personal_providers", "admins_read_sessions", "admin_networks", "audit_days"],
  limits: ["turns_per_user", "sockets_per_user", "sends_per_minute", "writes_per_minute", "requests_per_minute", "sign_ins_per_minute"],
};

export interface Group {
  readonly name: string;
  readonly items: readonly SystemSetting[];
}

/** The settings by what they are about; those that this page does not know come last. */
export function groupsOf(items: readonly SystemSetting[]): readonly Group[] {
  const nameOf = (key: string): string => Object.keys(GROUPS).find((name) => GROUPS[name]?.includes(key)) ?? "other";
  return [...Object.keys(GROUPS), "other"].map((name) => ({ name, items: items.filter(({ key }) => nameOf(key) === name) })).filter((group) => group.items.length > 0);
}

export const same = (one: Value, other: Value): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What differs from what the server has. */
export const changedKeys = (items: readonly SystemSetting[], draft: Draft): readonly string[] => items.filter(({ key, value }) => draft[key] !== undefined && !same(draft[key], value)).map(({ key }) => key);

export const linesOf = (text: string): readonly string[] => text.split(/[\n,]+/).map((line) => line.trim()).filter(Boolean);

/** What is wrong with a value before the server is asked; null: nothing. */
export function faultOf(setting: SystemSetting, value: Value): string | null {
  if (setting.kind !== "number") return null;
  const { minimum, maximum } = setting;
  const isWhole = typeof value === "number" && Number.isInteger(value);
  if (isWhole && value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity)) return null;
  return t("admin.number_between", { least: formatNumber(minimum ?? 0), most: formatNumber(maximum ?? Number.MAX_SAFE_INTEGER) });
}

/** A sentence of the server that begins with the key it is about: "name: Expected …". */
export function fieldOf(detail: string, keys: readonly string[]): readonly [key: string, text: string] | null {
  const [key = "", ...rest] = detail.split(": ");
  return keys.includes(key) && rest.length > 0 ? [key, rest.join(": ")] : null;
}

export function labelOf(setting: { readonly key: string; readonly title?: string }): string {
  const key = `site.${setting.key}`;
  return hasKey(key) ? t(key) : (setting.title ?? setting.key);
}

export function hintOf(key: string): string | null {
  const name = `site.${key}_hint`;
  return hasKey(name) ? t(name) : null;
}

export function choiceOf(key: string, choice: string): string {
  const name = `site.${key}_is_${choice}`;
  return hasKey(name) ? t(name) : choice;
}

/** A value in words. */
export function wordsOf(key: string, value: Value | null): string {
  if (value === null) return t("admin.the_default");
  if (typeof value === "boolean") return t(value ? "admin.on" : "admin.off");
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return value === "" ? t("admin.empty") : choiceOf(key, value);
  return value.length === 0 ? t("admin.empty") : value.join(", ");
}
