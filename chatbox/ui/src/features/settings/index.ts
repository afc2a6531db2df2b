/** The settings screens. */
export { Page } from "./parts";
export { SettingsPage } from "./SettingsPage";
