/** The frame of every screen: sidebar, main column, banners, toasts, overlays. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { dispatch } from "../../lib/a11y";
import { loadMoreTexts, t } from "../../lib/i18n";
import { lazy, place } from "../../lib/router";
import { Dialog, Tooltip } from "../../lib/ui";
import { Sidebar } from "../sidebar";
import { Announcer } from "./Announcer";
import { isSidebarModal, isSidebarOpen, leaveSidebar, overlay, showSidebar, sidebarWidth } from "./layout";
import { OfflineBanner } from "./OfflineBanner";
import { Resizer } from "./Resizer";
import { registerShellShortcuts } from "./shortcuts";
import { SkipLinks } from "./SkipLinks";
import { ToastRegion } from "./ToastRegion";

const CommandPalette = lazy(async () => {
  const [{ CommandPalette: Loaded }] = await Promise.all([import("../palette"), loadMoreTexts()]);
  return Loaded;
});
const ShortcutSheet = lazy(async () => {
  const [{ ShortcutSheet: Loaded }] = await Promise.all([import("../palette"), loadMoreTexts()]);
  return Loaded;
});

function Side() {
  if (!isSidebarOpen.value) return null;
  if (isSidebarModal.value) {
    return (
      <Dialog title={t("shell.sidebar")} look="sheet-start" hideTitle onClose={() => showSidebar(false)}>
        <Sidebar onCollapse={() => showSidebar(false)} />
      </Dialog>
    );
  }
  return (
    <aside class="shell-side" aria-label={t("shell.sidebar")}>
      <Sidebar onCollapse={() => showSidebar(false)} />
      <Resizer />
    </aside>
  );
}

function Overlays() {
  const close = (): void => {
    overlay.value = null;
  };
  if (overlay.value === "palette") return <CommandPalette onClose={close} />;
  if (overlay.value === "shortcuts") return <ShortcutSheet onClose={close} />;
  return null;
}

export function AppShell({ children }: { readonly children: ComponentChildren }) {
  const root = useRef<HTMLDivElement>(null);
  const width = sidebarWidth.value;
  useLayoutEffect(() => root.current?.style.setProperty("--w-side", `${width}px`), [width]);
  useEffect(() => {
    const forget = registerShellShortcuts();
    const onKeyDown = (event: KeyboardEvent): void => void dispatch(event);
    document.addEventListener("keydown", onKeyDown);
    return () => {
      forget();
      document.removeEventListener("keydown", onKeyDown);
    };
  }, []);
  const path = place.value.path;
  useEffect(() => leaveSidebar(), [path]);
  return (
    <div class="shell" ref={root}>
      <SkipLinks />
      <Side />
      <div class="shell-column">
        <OfflineBanner />
        <main class="shell-main" tabIndex={-1}>
          {children}
        </main>
      </div>
      <ToastRegion />
      <Overlays />
      <Tooltip />
      <Announcer />
    </div>
  );
}
