/** Stylesheets of parts that load late; the build makes a file of each. */

/** File names beside this module, by the part's name; set by the build. */
declare const LATE_STYLES: Readonly<Record<string, string>>;

const loading = new Map<string, Promise<void>>();

/** Adds the stylesheet of a part once; resolves when it is in force, or could not be had. */
export function loadStyles(part: "katex" | "auth" | "admin"): Promise<void> {
  const known = loading.get(part);
  if (known !== undefined) return known;
  const file = typeof LATE_STYLES === "undefined" ? undefined : LATE_STYLES[part];
  const done = new Promise<void>((resolve) => {
    if (file === undefined) return resolve();
    const link = document.createElement("link");
    link.onload = () => resolve();
    link.onerror = () => resolve();
    link.rel = "stylesheet";
    link.href = new URL(file, import.meta.url).href;
    document.head.append(link);
  });
  loading.set(part, done);
  return done;
}
