/** Texts of the screens that are loaded when they are first opened. */
import account from "../locales/en/account.json";
import admin from "../locales/en/admin.json";
import auth from "../locales/en/auth.json";
import onboarding from "../locales/en/onboarding.json";
import palette from "../locales/en/palette.json";
import server from "../locales/en/server.json";
import settings from "../locales/en/settings.json";

export const messages = { ...account, ...admin, ...auth, ...onboarding, ...palette, ...server, ...settings };
