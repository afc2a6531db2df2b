/** The frame around every screen, and what screens may ask of it. */
export { AppShell } from "./AppShell";
export { Announcer } from "./Announcer";
export { isSidebarOpen, leaveSidebar, overlay, showSidebar, toggleSidebar } from "./layout";
export { ToastRegion } from "./ToastRegion";
export { NewChatButton, SidebarToggle, TopBar, type TopBarProps } from "./TopBar";
