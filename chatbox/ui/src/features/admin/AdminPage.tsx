/** Administration: its pages on the side, or across the top where there is little room. */
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { focusHeading } from "../../lib/a11y";
import { t } from "../../lib/i18n";
import { ADMIN_SECTIONS, hasNavigated, hrefOf, useTitle, type AdminSection } from "../../lib/router";
import { EmptyState, Icon, type IconName } from "../../lib/ui";
import { isTeam } from "../../lib/state/boot";
import { may } from "../../lib/state/me";
import { TopBar } from "../shell";
import { page } from "./page";

const ICONS: Readonly<Record<AdminSection, IconName>> = { people: "users", invitations: "plus", rights: "key", system: "sliders", audit: "clock", server: "monitor" };

const PAGES: Readonly<Record<AdminSection, ComponentType>> = {
  people: page(async () => (await import("./people")).People),
  invitations: page(async () => (await import("./invitations/InvitationsPage")).InvitationsPage),
  rights: page(async () => (await import("./rights/RightsPage")).RightsPage),
  system: page(async () => (await import("./system/SystemPage")).SystemPage),
  audit: page(async () => (await import("./audit/AuditPage")).AuditPage),
  server: page(async () => (await import("./ServerPage")).ServerPage),
};

function Section({ section }: { readonly section: AdminSection }) {
  const Content = PAGES[section];
  return <Content />;
}

export function AdminPage({ section }: { readonly section: AdminSection }) {
  const [scrolled, setScrolled] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const isOpen = isTeam && may("operate");
  useTitle(`${t(`admin.nav_${section}`)} · ${t("shell.admin")}`);
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
    document.querySelector('.settings-link[aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "center" });
    if (hasNavigated.peek()) focusHeading(scroller.current ?? document);
  }, [section]);
  return (
    <>
      <TopBar scrolled={scrolled}>
        <h1>{t("shell.admin")}</h1>
      </TopBar>
      {!isOpen && <EmptyState icon="key" title={t("admin.not_yours")} text={t("admin.not_yours_text")} />}
      {isOpen && (
        <div class="settings">
          <nav class="settings-nav" aria-label={t("admin.sections")}>
            {ADMIN_SECTIONS.map((one) => (
              <a key={one} class="settings-link" href={hrefOf(`/admin/${one}`)} aria-current={one === section ? "page" : undefined}>
                <Icon name={ICONS[one]} size={18} />
                {t(`admin.nav_${one}`)}
              </a>
            ))}
          </nav>
          <div class="shell-page" ref={scroller} onScroll={(event) => setScrolled(event.currentTarget.scrollTop > 4)}>
            <Section key={section} section={section} />
          </div>
        </div>
      )}
    </>
  );
}
