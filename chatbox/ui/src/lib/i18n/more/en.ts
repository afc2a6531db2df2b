/** Texts of the screens that are loaded when they are first opened. */
import onboarding from "../locales/en/onboarding.json";
import palette from "../locales/en/palette.json";
import server from "../locales/en/server.json";
import settings from "../locales/en/settings.json";

export const messages = { ...onboarding, ...palette, ...server, ...settings };
