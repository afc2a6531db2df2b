/** Addresses, titles and code that arrives when it is needed. */
export { lazy } from "./lazy";
export { hasNavigated, hrefOf, navigate, place, route, startRouter } from "./router";
export { localPath } from "./next";
export { ADMIN_SECTIONS, match, sectionsFor, type AdminSection, type Route, type Section, type Way } from "./routes";
export { setTitleCount, startTitle, useTitle } from "./title";
