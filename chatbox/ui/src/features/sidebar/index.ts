/** The list of sessions. */
export { Sidebar } from "./Sidebar";
export { groupSessions } from "./group";
export { titleOf } from "./actions";
export { view as sidebarView } from "./view";
