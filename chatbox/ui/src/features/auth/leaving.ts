/**
 * How a tab lets go of its user. What somebody typed stays in this browser under their id until they
 * sign out; the page is loaded anew, so that nothing of theirs is in it when somebody else comes.
 */
import { api, isApiError } from "../../lib/api/client";
import type { Me } from "../../lib/api/types";
import { forgetMarked, openChannel } from "../../lib/platform";
import { base, boot, isTeam, scope } from "../../lib/state/boot";
import { drafts } from "../../lib/state/drafts";
import { me } from "../../lib/state/me";
import { link } from "../../lib/state/online";
import { outbox } from "../../lib/state/outbox";

/** Tabs tell each other the id of who is signed in in this browser; null: nobody any more. */
const channel = openChannel<string | null>("chatbox.user");
const mine = boot.user?.id ?? null;
let isLeaving = false;

function load(path: string): void {
  outbox.letGo();
  window.location.replace(base + path);
}

/** Leads to the sign-in, and back here afterwards. */
export function leave(): void {
  if (isLeaving || (isTeam && mine === null)) return;
  isLeaving = true;
  const { pathname, search, hash } = window.location;
  const here = pathname.slice(base.length) + search + hash;
  load(`/login?next=${encodeURIComponent(here)}`);
}

async function forget(): Promise<void> {
  drafts.forget();
  outbox.forget();
  await forgetMarked(scope);
}

/** Ends the login, here and in the other tabs, and forgets what this browser kept for the user. Throws ApiError. */
export async function signOut(): Promise<void> {
  isLeaving = true;
  try {
    await api.post("/auth/logout");
  } catch (error) {
    isLeaving = isApiError(error, "login_required");
    if (!isLeaving) throw error;
  }
  await goodbye();
}

/** The same, where the server has ended the login already. */
export async function goodbye(): Promise<void> {
  isLeaving = true;
  await forget();
  channel.post(null);
  load("/login");
}

/** Another tab has signed somebody in or out. */
function hear(user: string | null): void {
  if (user === mine || isLeaving) return;
  if (mine === null) {
    if (window.location.pathname === `${base}/login`) window.location.reload();
    return;
  }
  isLeaving = true;
  if (user !== null) return load("/");
  void forget().then(() => load("/login"));
}

/** Asks who is signed in now: the role may have changed, the login may have ended. */
export async function refreshMe(): Promise<void> {
  const now = await api.get<Me>("/auth/me");
  if (now.id === mine) me.value = now;
  else hear(now.id);
}

/** Called once, where people sign in: keeps the tab true to who is signed in. */
export function followUser(): void {
  channel.listen(hear);
  if (mine === null) return;
  channel.post(mine);
  // A line that is refused does not say why: the login may have ended, or the role changed.
  link.subscribe((state) => {
    if (state === "lost") void refreshMe().catch(() => undefined);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}
