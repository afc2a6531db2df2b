/** Texts of the screens that are loaded when they are first opened. */
import account from "../locales/zh-Hans/account.json";
import admin from "../locales/zh-Hans/admin.json";
import auth from "../locales/zh-Hans/auth.json";
import onboarding from "../locales/zh-Hans/onboarding.json";
import palette from "../locales/zh-Hans/palette.json";
import server from "../locales/zh-Hans/server.json";
import settings from "../locales/zh-Hans/settings.json";

export const messages = { ...account, ...admin, ...auth, ...onboarding, ...palette, ...server, ...settings };
