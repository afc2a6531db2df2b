/** Whether the browser has a network, whether the event stream is up, and whether the server can write. */
import { computed, signal } from "@preact/signals";
import { boot } from "./boot";

export type Link = "connecting" | "open" | "lost" | "asleep";

const hasNavigator = typeof navigator !== "undefined";

/** The browser's own view of the network. */
export const network = signal<boolean>(hasNavigator ? navigator.onLine !== false : true);

/** The event connection of this tab. */
export const link = signal<Link>("connecting");

/** True while a request to the server has a chance. */
export const online = computed(() => network.value);

/** True when the stream was lost: the reader should hear that we are trying again. */
export const reconnecting = computed(() => network.value && link.value === "lost");

/** `full` and `broken`: chats can be read, and nothing new is written. */
export const storage = signal<string>(boot.storage);

if (typeof window !== "undefined") {
  window.addEventListener("online", () => (network.value = true));
  window.addEventListener("offline", () => (network.value = false));
}
