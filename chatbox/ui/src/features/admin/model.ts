/** The shapes that administration reads and writes. */
import type { components } from "../../lib/api/schema";
import type { AccountRole } from "../../lib/api/types";

type Schemas = components["schemas"];

export const ROLES = ["owner", "admin", "user", "viewer"] as const satisfies readonly AccountRole[];

export type Person = Schemas["User"];
export type NewPerson = Schemas["NewUser"];
export type PersonChange = Schemas["UserChange"];
export type Once = Schemas["OneTimeLink"];
export type Invitation = Schemas["Invitation"];
export type NewInvitation = Schemas["NewInvitation"];

/** Who may use a provider, or one model of it: a role or a person. */
export type Grant = Schemas["Grant"];
export type NewGrant = Schemas["NewGrant"];

/** The server always writes these fields; the document marks those with a default as optional. */
export type SystemSetting = Omit<Required<Schemas["Setting"]>, "value" | "default"> & { readonly value: Value; readonly default: Value };
export type SystemSettings = { readonly items: readonly SystemSetting[] };
export type Value = boolean | number | string | readonly string[];
export type SettingChange = Schemas["SettingChange"];

export type AuditEntry = Schemas["AuditEntry"];
export type AuditCheck = Schemas["AuditCheck"];
