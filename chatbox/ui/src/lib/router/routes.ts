/** Every screen has a URL; this table is the list of them. */
export const SECTIONS = ["appearance", "chat", "providers", "models", "shortcuts", "server", "about"] as const;
export type Section = (typeof SECTIONS)[number];

export type Route =
  | { readonly name: "chat"; readonly sessionId: string | null }
  | { readonly name: "settings"; readonly section: Section }
  | { readonly name: "setup" }
  | { readonly name: "missing" };

/** The route a path (without the base) stands for. */
export function match(path: string): Route {
  const [first = "", second = "", ...rest] = path.split("/").filter(Boolean);
  if (rest.length > 0) return { name: "missing" };
  if (first === "") return { name: "chat", sessionId: null };
  if (first === "c" && second) return { name: "chat", sessionId: safeDecode(second) };
  if (first === "setup" && !second) return { name: "setup" };
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
