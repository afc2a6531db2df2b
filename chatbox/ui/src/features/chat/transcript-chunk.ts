/**
 * Messages and their markdown are the larger half of the code; the page for a new chat does without
 * it. Fetched at once for a session's address, else right after the first paint.
 */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import type { TranscriptProps } from "./Transcript";

export const transcript = signal<ComponentType<TranscriptProps> | null>(null);
/** True when the code could not be fetched: offline, or the server has another version by now. */
export const isTranscriptLost = signal(false);

let loading: Promise<void> | null = null;

export function loadTranscript(): Promise<void> {
  isTranscriptLost.value = false;
  loading ??= import("./Transcript").then(
    (module) => {
      transcript.value = module.Transcript;
    },
    () => {
      loading = null;
      isTranscriptLost.value = true;
    },
  );
  return loading;
}

if (typeof window !== "undefined") {
  if (location.pathname.includes("/c/")) void loadTranscript();
  else window.addEventListener("load", () => setTimeout(() => void loadTranscript(), 100));
}
