/** What the server wrote into the page: enough to paint the first screen without a request. */
import type { LocaleSetting, Settings, Theme, Density } from "../api/types";

export interface Boot {
  version: string;
  locale: LocaleSetting;
  theme: Theme;
  density: Density;
  mode: string;
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
