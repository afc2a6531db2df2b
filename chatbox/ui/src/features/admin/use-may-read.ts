/** Whether the owner lets administrators read the sessions of others. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../../lib/api/client";
import type { SystemSettings } from "./model";

export function useMayRead(): boolean {
  const [mayRead, setMayRead] = useState(false);
  useEffect(() => {
    api.get<SystemSettings>("/settings/system").then(
      ({ items }) => setMayRead(items.some(({ key, value }) => key === "admins_read_sessions" && value === true)),
      () => undefined,
    );
  }, []);
  return mayRead;
}
