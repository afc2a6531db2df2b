/** Short messages at the edge of the screen. The region that shows them pauses the clock on hover. */
import { signal } from "@preact/signals";

export type ToastKind = "info" | "success" | "error";

export interface ToastAction {
  label: string;
  run: () => void;
}

export interface ToastRequest {
  text: string;
  kind?: ToastKind;
  action?: ToastAction;
  /** Milliseconds on screen; 6 s with an action or an error, else 4 s. */
  duration?: number;
  /** Runs when the toast goes away without its action having been used. */
  onExpire?: () => void;
}

export interface Toast extends ToastRequest {
  id: number;
  kind: ToastKind;
  duration: number;
}

const MAX_TOASTS = 4;

let nextId = 1;
const items = signal<readonly Toast[]>([]);

function show(request: ToastRequest): number {
  const kind = request.kind ?? "info";
  const lingers = request.action !== undefined || kind === "error";
  const toast: Toast = { ...request, id: nextId, kind, duration: request.duration ?? (lingers ? 6000 : 4000) };
  nextId += 1;
  const kept = items.value.filter((other) => other.text !== toast.text).slice(1 - MAX_TOASTS);
  items.value = [...kept, toast];
  return toast.id;
}

/** Takes the toast away; its `onExpire` runs. */
function dismiss(id: number): void {
  const toast = items.value.find((candidate) => candidate.id === id);
  if (toast === undefined) return;
  items.value = items.value.filter((candidate) => candidate.id !== id);
  toast.onExpire?.();
}

/** Runs the toast's action and takes it away. */
function act(id: number): void {
  const toast = items.value.find((candidate) => candidate.id === id);
  if (toast === undefined) return;
  items.value = items.value.filter((candidate) => candidate.id !== id);
  toast.action?.run();
}

export const toasts = { items, show, dismiss, act };
