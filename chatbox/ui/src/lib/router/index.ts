/** Addresses, titles and code that arrives when it is needed. */
export { lazy } from "./lazy";
export { hasNavigated, hrefOf, navigate, place, route, startRouter } from "./router";
export { match, SECTIONS, type Route, type Section } from "./routes";
export { setTitleCount, startTitle, useTitle } from "./title";
