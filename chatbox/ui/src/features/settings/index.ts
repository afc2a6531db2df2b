/** The settings screens. */
export { SettingsPage } from "./SettingsPage";
