/** Texts of the screens that are loaded when they are first opened. */
import onboarding from "./onboarding.json";
import palette from "./palette.json";
import settings from "./settings.json";

export const messages = { ...onboarding, ...palette, ...settings };
