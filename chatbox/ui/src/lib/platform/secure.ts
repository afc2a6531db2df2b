/** What this browser gives to this address. Browsers withhold features from plain HTTP pages. */
export interface Feature {
  readonly name: "clipboard" | "install";
  readonly available: boolean;
}

export const isSecure = (): boolean => typeof window !== "undefined" && window.isSecureContext;

/** The features that depend on a secure context, and whether they are here. */
export function features(): Feature[] {
  return [
    { name: "clipboard", available: "clipboard" in navigator },
    { name: "install", available: "serviceWorker" in navigator },
  ];
}
