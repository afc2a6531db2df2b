/** The settings: sections on the side, or across the top where there is little room. */
import "./settings.css";
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { focusHeading } from "../../lib/a11y";
import { t } from "../../lib/i18n";
import { loadStyles } from "../../lib/platform";
import { hasNavigated, hrefOf, lazy, sectionsFor, useTitle, type Section } from "../../lib/router";
import { isTeam } from "../../lib/state/boot";
import { may } from "../../lib/state/me";
import { Icon, type IconName } from "../../lib/ui";
import { ServerPage } from "../admin";
import { TopBar } from "../shell";
import { About } from "./About";
import { Appearance } from "./Appearance";
import { ChatBehaviour } from "./ChatBehaviour";
import { Models } from "./Models";
import { Providers } from "./Providers";
import { Shortcuts } from "./Shortcuts";

type Account = typeof import("../account");

/** A page of the account, whose code only servers with accounts load. */
const ofAccount = (name: "Profile" | "Security" | "Devices" | "YourData"): ComponentType =>
  lazy(async () => {
    const [loaded]: [Account, void] = await Promise.all([import("../account"), loadStyles("auth")]);
    return loaded[name];
  });

const ICONS: Readonly<Record<Section, IconName>> = { profile: "user", security: "lock", devices: "phone", data: "archive", appearance: "contrast", chat: "message", providers: "server", models: "cpu", shortcuts: "keyboard", server: "monitor", about: "info" };
const PAGES: Readonly<Record<Section, ComponentType>> = { profile: ofAccount("Profile"), security: ofAccount("Security"), devices: ofAccount("Devices"), data: ofAccount("YourData"), appearance: Appearance, chat: ChatBehaviour, providers: Providers, models: Models, shortcuts: Shortcuts, server: ServerPage, about: About };

export function SettingsPage({ section }: { readonly section: Section }) {
  const [scrolled, setScrolled] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const Content = PAGES[section];
  useTitle(`${t(`settings.nav_${section}`)} · ${t("settings.title")}`);
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
    document.querySelector('.settings-link[aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "center" });
    if (hasNavigated.peek()) focusHeading(scroller.current ?? document);
  }, [section]);
  return (
    <>
      <TopBar scrolled={scrolled}>
        <h1>{t("settings.title")}</h1>
      </TopBar>
      <div class="settings">
        <nav class="settings-nav" aria-label={t("settings.sections")}>
          {sectionsFor(may, isTeam).map((one) => (
            <a key={one} class="settings-link" href={hrefOf(`/settings/${one}`)} aria-current={one === section ? "page" : undefined}>
              <Icon name={ICONS[one]} size={18} />
              {t(`settings.nav_${one}`)}
            </a>
          ))}
          {isTeam && may("operate") && (
            <a class="settings-link" href={hrefOf("/admin/people")}>
              <Icon name="users" size={18} />
              {t("shell.admin")}
            </a>
          )}
        </nav>
        <div class="shell-page" ref={scroller} onScroll={(event) => setScrolled(event.currentTarget.scrollTop > 4)}>
          <Content />
        </div>
      </div>
    </>
  );
}
