/** Every screen has a URL; this table is the list of them. */
import type { Power } from "../api/types";

/** Sections of the settings: what the user needs for them, and which exist only where people sign in. */
const TABLE = {
  profile: { power: "account", team: true },
  security: { power: "account", team: true },
  devices: { power: "account", team: true },
  data: { power: "account", team: true },
  appearance: { power: "account", team: false },
  chat: { power: "account", team: false },
  providers: { power: "connect", team: false },
  models: { power: "connect", team: false },
  shortcuts: { power: "account", team: false },
  server: { power: "operate", team: false },
  about: { power: "account", team: false },
} as const satisfies Readonly<Record<string, { readonly power: Power; readonly team: boolean }>>;

export type Section = keyof typeof TABLE;
const SECTIONS = Object.keys(TABLE) as readonly Section[];

/** The sections that somebody with such powers has; with accounts, the server is a page of administration. */
export const sectionsFor = (may: (power: Power) => boolean, isTeam: boolean): readonly Section[] =>
  SECTIONS.filter((one) => may(TABLE[one].power) && (isTeam ? one !== "server" : !TABLE[one].team));

/** The pages of administration. */
export const ADMIN_SECTIONS = ["people", "invitations", "rights", "system", "audit", "server"] as const;
export type AdminSection = (typeof ADMIN_SECTIONS)[number];

/** The ways in. */
export const WAYS = ["login", "invitation", "reset", "email", "register"] as const;
export type Way = (typeof WAYS)[number];

export type Route =
  | { readonly name: "chat"; readonly sessionId: string | null }
  | { readonly name: "settings"; readonly section: Section }
  | { readonly name: "admin"; readonly section: AdminSection }
  | { readonly name: "setup" }
  | { readonly name: Way }
  | { readonly name: "missing" };

/** The route a path (without the base) stands for. */
export function match(path: string): Route {
  const [first = "", second = "", ...rest] = path.split("/").filter(Boolean);
  if (rest.length > 0) return { name: "missing" };
  if (first === "") return { name: "chat", sessionId: null };
  if (first === "c" && second) return { name: "chat", sessionId: safeDecode(second) };
  if (first === "setup" && !second) return { name: "setup" };
  const way = WAYS.find((one) => one === first);
  if (way && !second) return { name: way };
  if (first === "admin") {
    const section = ADMIN_SECTIONS.find((one) => one === (second || "people"));
    return section ? { name: "admin", section } : { name: "missing" };
  }
  if (first === "settings") {
    const section = SECTIONS.find((one) => one === (second || "appearance"));
    return section ? { name: "settings", section } : { name: "missing" };
  }
  return { name: "missing" };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
