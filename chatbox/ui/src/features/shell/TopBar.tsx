/** The bar above a screen: sidebar button, title, the screen's own actions. */
import type { ComponentChildren } from "preact";
import { t } from "../../lib/i18n";
import { navigate } from "../../lib/router";
import { IconButton } from "../../lib/ui";
import { isSidebarModal, isSidebarOpen, toggleSidebar } from "./layout";

export function SidebarToggle() {
  const open = isSidebarOpen.value;
  if (open && !isSidebarModal.value) return null;
  return (
    <IconButton
      icon={isSidebarModal.value ? "menu" : "panel"}
      label={t("shell.open_sidebar")}
      aria-expanded={open}
      class="topbar-toggle"
      onClick={toggleSidebar}
    />
  );
}

/** "New chat" as an icon, for when the sidebar is out of sight. */
export function NewChatButton() {
  if (isSidebarOpen.value && !isSidebarModal.value) return null;
  return <IconButton icon="plus" label={t("shell.new_chat")} onClick={() => navigate("/")} />;
}

export interface TopBarProps {
  /** A heading or whatever stands in its place. */
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** A hairline once the content below is scrolled. */
  readonly scrolled?: boolean;
}

export function TopBar({ children, actions, scrolled }: TopBarProps) {
  return (
    <header class={`topbar ${scrolled ? "topbar-scrolled" : ""}`}>
      <SidebarToggle />
      <div class="topbar-title">{children}</div>
      <div class="topbar-actions">
        {actions}
        <NewChatButton />
      </div>
    </header>
  );
}
