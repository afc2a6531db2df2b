/** Where somebody goes after they have signed in. */

/** The path (without the base) that `wanted` names, or "/" for anything that leads elsewhere or back to the door. */
export function localPath(wanted: string | null): string {
  if (wanted === null || !/^\/(?![/\\])/.test(wanted)) return "/";
  try {
    const { origin, pathname, search, hash } = new URL(wanted, "http://here.invalid");
    const isDoor = /^\/(?:login|register|setup|invitation|reset|email|api|v1)(?:\/|$)/.test(pathname);
    return origin === "http://here.invalid" && !isDoor && !pathname.startsWith("//") ? pathname + search + hash : "/";
  } catch {
    return "/";
  }
}
