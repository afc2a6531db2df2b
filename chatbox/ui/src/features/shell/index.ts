/** The frame around every screen, and what screens may ask of it. */
export { AppShell } from "./AppShell";
export { isSidebarOpen, leaveSidebar, overlay, showSidebar, toggleSidebar } from "./layout";
export { NewChatButton, SidebarToggle, TopBar, type TopBarProps } from "./TopBar";
