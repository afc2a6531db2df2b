/** What the palette offers: every shortcut's action, every screen, looks, models, sessions. */
import { keysOf, registered } from "../../lib/a11y";
import type { Model, Session } from "../../lib/api/types";
import { LOCALES, t } from "../../lib/i18n";
import { ADMIN_SECTIONS, navigate, sectionsFor } from "../../lib/router";
import { isTeam } from "../../lib/state/boot";
import { may } from "../../lib/state/me";
import { prefs } from "../../lib/state/prefs";
import { sessions } from "../../lib/state/sessions";
import { sidebarView, titleOf } from "../sidebar";
import { showSidebar } from "../shell";
import type { IconName } from "../../lib/ui";

export interface Command {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly keys?: string;
  readonly hint?: string;
  readonly run: () => void;
}

const quietly = (work: Promise<unknown>): void => void work.catch(() => undefined);

function actions(): Command[] {
  const own: readonly string[] = ["palette"];
  return registered.value
    .filter((one) => !own.includes(one.id) && (!one.when || one.when()))
    .map((one) => ({
      id: `action ${one.id}`,
      group: t("palette.actions"),
      label: one.label(),
      keys: keysOf(one),
      run: () => one.run(new KeyboardEvent("keydown")),
    }));
}

function screens(): Command[] {
  const settings = sectionsFor(may, isTeam).map((section) => ({
    id: `settings ${section}`,
    group: t("palette.go_to"),
    label: t("palette.settings_of", { section: t(`settings.nav_${section}`) }),
    icon: "settings" as const,
    run: () => navigate(`/settings/${section}`),
  }));
  const admin = (isTeam && may("operate") ? ADMIN_SECTIONS : []).map((section) => ({
    id: `admin ${section}`,
    group: t("palette.go_to"),
    label: t("palette.admin_of", { section: t(`admin.nav_${section}`) }),
    icon: "users" as const,
    run: () => navigate(`/admin/${section}`),
  }));
  return [
    ...settings,
    ...admin,
    { id: "setup", group: t("palette.go_to"), label: t("palette.connect"), icon: "server", run: () => navigate("/setup") },
    {
      id: "archived",
      group: t("palette.go_to"),
      label: t("sidebar.archived"),
      icon: "archive",
      run: () => {
        sidebarView.value = "archived";
        showSidebar(true);
      },
    },
  ];
}

function looks(): Command[] {
  const themes = (["system", "light", "dark"] as const).map((theme) => ({
    id: `theme ${theme}`,
    group: t("palette.looks"),
    label: t("palette.theme_of", { theme: t(`settings.theme_${theme}`) }),
    icon: "contrast" as const,
    run: () => quietly(prefs.patch({ theme })),
  }));
  const languages = LOCALES.map(({ id, name }) => ({
    id: `locale ${id}`,
    group: t("palette.looks"),
    label: t("palette.language_of", { name }),
    icon: "globe" as const,
    run: () => quietly(prefs.patch({ locale: id })),
  }));
  return [...themes, ...languages];
}

const sessionCommand = (session: Session): Command => ({
  id: `session ${session.id}`,
  group: t("palette.sessions"),
  label: titleOf(session),
  icon: "message",
  run: () => navigate(`/c/${session.id}`),
});

const modelCommand = (model: Model): Command => ({
  id: `model ${model.id}`,
  group: t("palette.models"),
  label: t("palette.default_model_of", { name: model.name }),
  hint: model.provider_name,
  icon: "cpu",
  run: () => quietly(prefs.patch({ default_model: model.id })),
});

const RECENT = 5;
const FOUND = 12;

/** Commands for a query; `found` are the sessions the server knows beyond the loaded ones. */
export function commandsFor(query: string, found: readonly Session[], usable: readonly Model[]): Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (command: Command): boolean => {
    const text = `${command.label} ${command.group} ${command.hint ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  if (words.length === 0) {
    return [...sessions.items.value.slice(0, RECENT).map(sessionCommand), ...actions(), ...screens(), ...looks()];
  }
  const known = new Map([...sessions.items.value, ...found].map((session) => [session.id, session]));
  const titled = [...known.values()].map(sessionCommand).filter((one) => words.every((word) => one.label.toLowerCase().includes(word)));
  const rest = [...actions(), ...screens(), ...looks(), ...usable.map(modelCommand)];
  return [...titled.slice(0, FOUND), ...rest.filter(fits)];
}
