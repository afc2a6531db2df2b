/** Texts and formats of the interface. */
export * from "./format";
export { hasKey, loadMore as loadMoreTexts, locale, LOCALES, preferredLocale, setLocale, t, type Key, type Locale } from "./t";
export type { Params } from "./plural";
