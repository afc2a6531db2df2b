/**
 * Start-up: the page takes on the user's theme, density and language, and the stores fill. What the
 * server wrote into the page is enough for the first paint.
 */
import { effect } from "@preact/signals";
import { setGate } from "./lib/api/client";
import { setLocale } from "./lib/i18n";
import { followViewport, isHighContrast, media } from "./lib/platform";
import { setTitleCount, startRouter, startTitle } from "./lib/router";
import { isTeam } from "./lib/state/boot";
import { live } from "./lib/state/live";
import { isOutside, me } from "./lib/state/me";
import { models } from "./lib/state/models";
import { prefs } from "./lib/state/prefs";
import { verify } from "./lib/state/proof";
import { providers } from "./lib/state/providers";
import { sessions } from "./lib/state/sessions";

const systemIsDark = media("(prefers-color-scheme: dark)");

/** Classes on <html>, the same that the server writes, so that nothing flashes. */
function followLooks(): void {
  const root = document.documentElement;
  effect(() => {
    const { theme, density } = prefs.settings.value;
    const isDark = theme === "dark" || (theme === "system" && systemIsDark.value);
    root.classList.toggle("theme-light", theme === "light");
    root.classList.toggle("theme-dark", theme === "dark");
    root.classList.toggle("density-compact", density === "compact");
    root.classList.toggle("contrast-more", isHighContrast());
    root.dataset.scheme = isDark ? "dark" : "light";
    const background = getComputedStyle(root).getPropertyValue("--bg").trim();
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
      meta.content = background || meta.content;
    }
  });
}

function followLocale(): Promise<void> {
  let first: Promise<void> = Promise.resolve();
  let wanted: string | null = null;
  effect(() => {
    const { locale } = prefs.settings.value;
    if (locale === wanted) return;
    wanted = locale;
    first = setLocale(locale);
  });
  return first.catch(() => undefined);
}

function followUnread(): void {
  effect(() => setTitleCount(sessions.unreadIds.value.size));
}

/** What only servers with accounts need. */
const team = (): Promise<typeof import("./features/auth")> => import("./features/auth");
const leave = (): void => void team().then((loaded) => loaded.leave());

/** The user must set up a second factor before anything else. */
function enrol(): void {
  const now = me.peek();
  if (now) me.value = { ...now, must_enrol: true };
}

const quietly = (work: Promise<unknown>): void => void work.catch(() => undefined);

/** Prepares the page; resolves when the texts of the user's language are there. */
export async function prepare(): Promise<void> {
  setGate({ leave, enrol, verify });
  followLooks();
  followViewport();
  startRouter();
  startTitle();
  followUnread();
  await followLocale();
}

/** After the first paint: fetch the lists and connect to the server's events. */
export function connect(): void {
  if (isTeam) void team().then((loaded) => loaded.followUser());
  if (isOutside.peek()) return;
  quietly(models.load());
  quietly(providers.load());
  live.start();
}
