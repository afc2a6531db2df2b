/** What the sidebar shows and which row is being renamed. */
import { signal } from "@preact/signals";

export const view = signal<"sessions" | "archived">("sessions");
export const renaming = signal<string | null>(null);
