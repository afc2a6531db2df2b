/** Numbers, dates and sizes in the current locale. All of them follow the locale signal. */
import { locale } from "./t";

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(name: string, make: (id: string) => T): T {
  const key = `${locale.value} ${name}`;
  let found = cache.get(key) as T | undefined;
  if (!found) {
    found = make(locale.value);
    cache.set(key, found);
  }
  return found;
}

export function formatNumber(value: number): string {
  return cached("number", (id) => new Intl.NumberFormat(id)).format(value);
}

/** A token count in at most four characters: 950, 12.4k, 128k, 1M. Windows come in powers of two. */
export function formatTokens(value: number): string {
  if (value < 1000) return String(value);
  if (value % 1024 === 0 && value < 1024 ** 2) return `${value / 1024}k`;
  if (value % 1024 ** 2 === 0) return `${value / 1024 ** 2}M`;
  const [size, unit] = value >= 999_500 ? [value / 1_000_000, "M"] : [value / 1000, "k"];
  return `${size >= 100 ? Math.round(size) : Math.round(size * 10) / 10}${unit}`;
}

export function formatDate(time: string | number | Date): string {
  return cached("date", (id) => new Intl.DateTimeFormat(id, { dateStyle: "medium" })).format(new Date(time));
}

export function formatTime(time: string | number | Date): string {
  return cached("time", (id) => new Intl.DateTimeFormat(id, { timeStyle: "short" })).format(new Date(time));
}

export function formatDateTime(time: string | number | Date): string {
  return cached("datetime", (id) => new Intl.DateTimeFormat(id, { dateStyle: "medium", timeStyle: "short" })).format(new Date(time));
}

/** "March 2026": the heading of a month in the list of sessions. */
export function formatMonth(time: string | number | Date): string {
  return cached("month", (id) => new Intl.DateTimeFormat(id, { year: "numeric", month: "long" })).format(new Date(time));
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** "5 minutes ago". */
export function formatAgo(time: string | number | Date, now: number = Date.now()): string {
  const past = new Date(time).getTime() - now;
  const format = cached("ago", (id) => new Intl.RelativeTimeFormat(id, { numeric: "auto" }));
  for (const [unit, size] of UNITS) {
    if (Math.abs(past) >= size) return format.format(Math.round(past / size), unit);
  }
  return format.format(0, "second");
}

export function formatBytes(value: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const power = Math.min(units.length - 1, value > 0 ? Math.floor(Math.log10(value) / 3) : 0);
  const unit = units[power] ?? "byte";
  const format = cached(`bytes ${unit}`, (id) => new Intl.NumberFormat(id, { style: "unit", unit, maximumFractionDigits: 1 }));
  return format.format(value / 1000 ** power);
}
