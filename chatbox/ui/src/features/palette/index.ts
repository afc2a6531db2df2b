/** Command palette and list of shortcuts; both arrive when they are first opened. */
export { CommandPalette } from "./CommandPalette";
export { ShortcutSheet } from "./ShortcutSheet";
