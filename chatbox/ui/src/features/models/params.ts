/** Parameters of a session: which are set, and text that stands for a list. */
import type { Params } from "../../lib/api/types";

const isSet = (value: unknown): boolean => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);

/** How many parameters differ from the provider's defaults. */
export function countSet(params: Params, systemPrompt: string): number {
  return Object.values(params).filter(isSet).length + (systemPrompt.trim() ? 1 : 0);
}

/** The parameters without those that are not set. */
export function compact(params: Params): Params {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => isSet(value)));
}

const MAX_STOPS = 4;

/** One stop sequence a line; `\n` written out stands for a line break. */
export function readStops(text: string): string[] {
  const lines = text.split("\n").map((line) => line.replaceAll("\\n", "\n"));
  return lines.filter((line) => line !== "").slice(0, MAX_STOPS);
}

export function writeStops(stops: readonly string[] | null | undefined): string {
  return (stops ?? []).map((stop) => stop.replaceAll("\n", "\\n")).join("\n");
}
