/** Keyboard, focus and screen readers. */
export * from "./announcer";
export * from "./focus";
export * from "./ime";
export * from "./roving";
export * from "./shortcuts";
