/** What the server wrote into the page: enough to paint the first screen without a request. */
import type { Density, LocaleSetting, Me, Settings, SiteFacts, Theme } from "../api/types";

export interface Boot {
  version: string;
  locale: LocaleSetting;
  theme: Theme;
  density: Density;
  mode: string;
  /** Who is signed in; null: nobody. */
  user: Me | null;
  /** True while the server waits for its first owner. */
  setup: boolean;
  site: SiteFacts;
  /** The usual ones where nobody is signed in. */
  settings: Settings;
  /** Whether the server can write: `ok`, `full` or `broken`. */
  storage: string;
  /** Path prefix behind a reverse proxy, without a trailing slash; "" at the root. */
  base: string;
}

export const DEFAULT_SETTINGS: Settings = {
  theme: "system",
  locale: "auto",
  default_model: null,
  send_key: "enter",
  density: "comfortable",
  onboarded: false,
  version: 0,
};

const FALLBACK: Boot = {
  version: "",
  locale: "auto",
  theme: "system",
  density: "comfortable",
  mode: "single-user",
  user: null,
  setup: false,
  site: { name: "chatbox", registration: "invitation", oidc: null, mail: false },
  settings: DEFAULT_SETTINGS,
  storage: "ok",
  base: "",
};

function readBoot(): Boot {
  const element = typeof document === "undefined" ? null : document.getElementById("boot");
  const text = element?.textContent ?? "";
  try {
    const given = JSON.parse(text) as Partial<Boot>;
    return {
      ...FALLBACK,
      ...given,
      settings: { ...DEFAULT_SETTINGS, ...given.settings },
    };
  } catch {
    return FALLBACK;
  }
}

export const boot: Boot = readBoot();
export const base: string = boot.base.replace(/\/+$/, "");
/** True where people have accounts and sign in. */
export const isTeam: boolean = boot.mode === "team";
/** Marks what this browser keeps for this user, so that nobody else who signs in is shown it. */
export const scope: string = boot.user ? `@${boot.user.id}` : "";
