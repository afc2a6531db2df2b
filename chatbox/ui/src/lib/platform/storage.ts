/**
 * Small values kept in this browser: IndexedDB, else localStorage, else memory until the page
 * closes. Nothing here throws: storage that fails behaves like storage that is empty.
 */
const NAME = "chatbox";
const TABLE = "kv";
const PREFIX = "chatbox.kv.";
const memory = new Map<string, unknown>();

let opening: Promise<IDBDatabase | null> | null = null;

function open(): Promise<IDBDatabase | null> {
  opening ??= new Promise((resolve) => {
    if (typeof indexedDB === "undefined") return resolve(null);
    try {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
      request.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return opening;
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB request failed"));
  });
}

async function table(mode: IDBTransactionMode): Promise<IDBObjectStore | null> {
  const database = await open();
  return database ? database.transaction(TABLE, mode).objectStore(TABLE) : null;
}

export const storage = {
  /** The value kept under `key`; the caller checks its shape. */
  async get(key: string): Promise<unknown> {
    try {
      const store = await table("readonly");
      if (store) return await settle(store.get(key));
    } catch {
      // Falls through to the simpler stores.
    }
    return readLocal(PREFIX + key) ?? memory.get(key);
  },

  async set(key: string, value: unknown): Promise<void> {
    try {
      const store = await table("readwrite");
      if (store) {
        await settle(store.put(value, key));
        return;
      }
    } catch {
      // Falls through to the simpler stores.
    }
    if (!writeLocal(PREFIX + key, value)) memory.set(key, value);
  },

  async remove(key: string): Promise<void> {
    memory.delete(key);
    writeLocal(PREFIX + key, undefined);
    try {
      const store = await table("readwrite");
      if (store) await settle(store.delete(key));
    } catch {
      // Nothing kept, nothing to remove.
    }
  },

  /** All keys that start with `prefix`. */
  async keys(prefix = ""): Promise<string[]> {
    try {
      const store = await table("readonly");
      if (store) return (await settle(store.getAllKeys())).map(String).filter((key) => key.startsWith(prefix));
    } catch {
      // Falls through to the simpler stores.
    }
    const local = typeof localStorage === "undefined" ? [] : Object.keys(localStorage);
    const kept = local.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
    return [...new Set([...kept, ...memory.keys()])].filter((key) => key.startsWith(prefix));
  },
};

/** Removes everything whose key holds `mark`, from this tab's storage too. */
export async function forgetMarked(mark: string): Promise<void> {
  if (mark === "") return;
  for (const key of await storage.keys()) if (key.includes(mark)) await storage.remove(key);
  try {
    for (const kept of [localStorage, sessionStorage]) {
      for (const key of Object.keys(kept)) if (key.includes(mark)) kept.removeItem(key);
    }
  } catch {
    // Forbidden: then nothing was kept either.
  }
}

/** A value that must be there before the first paint (sidebar width); undefined when absent. */
export function readLocal(key: string): unknown {
  try {
    const raw = localStorage.getItem(key);
    return raw === null ? undefined : (JSON.parse(raw) as unknown);
  } catch {
    return undefined;
  }
}

/** Keeps or, with undefined, drops such a value; false when the browser refuses. */
export function writeLocal(key: string, value: unknown): boolean {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
