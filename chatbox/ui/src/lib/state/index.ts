/** All stores of the page. */
export { boot, base, isTeam } from "./boot";
export { drafts, NEW_DRAFT } from "./drafts";
export { live } from "./live";
export { may, me } from "./me";
export { models } from "./models";
export { link, network, online, reconnecting } from "./online";
export { outbox } from "./outbox";
export { prefs } from "./prefs";
export { question, verified, verify } from "./proof";
export { providers } from "./providers";
export { runs } from "./runs";
export { session } from "./session";
export { actions } from "./session-actions";
export { sessions } from "./sessions";
export { toasts } from "./toasts";
