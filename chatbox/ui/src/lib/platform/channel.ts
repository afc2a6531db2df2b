/** Messages between the tabs of one browser. Where BroadcastChannel is missing nothing is heard. */
export interface Channel<T> {
  post(message: T): void;
  /** Hears the other tabs' messages; returns the function that stops listening. */
  listen(hear: (message: T) => void): () => void;
  close(): void;
}

/** Opens the channel `name`. The type is the sender's promise: hearers check what they rely on. */
export function openChannel<T>(name: string): Channel<T> {
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(name);
  return {
    post: (message) => channel?.postMessage(message),
    listen(hear) {
      const onMessage = (event: MessageEvent): void => hear(event.data as T);
      channel?.addEventListener("message", onMessage);
      return () => channel?.removeEventListener("message", onMessage);
    },
    close: () => channel?.close(),
  };
}
