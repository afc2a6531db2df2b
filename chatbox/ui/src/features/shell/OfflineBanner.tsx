/** One line while the network or the event stream is away, or the server cannot write. Short interruptions stay silent. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../lib/i18n";
import { network, reconnecting, storage } from "../../lib/state/online";
import { Icon } from "../../lib/ui";

const PATIENCE_MS = 3000;

export function OfflineBanner() {
  const isOffline = !network.value;
  const isLost = reconnecting.value;
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!isLost) return undefined;
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isLost]);
  const text = isOffline ? t("shell.offline") : isLost && isLong ? t("shell.reconnecting") : "";
  const state = storage.value;
  return (
    <div class="shell-banners" role="status">
      {state !== "ok" && (
        <p class="shell-offline">
          <Icon name="warn" size={16} />
          {t(state === "full" ? "shell.storage_full" : "shell.storage_broken")}
        </p>
      )}
      {text && (
        <p class="shell-offline">
          <Icon name="wifi-off" size={16} />
          {text}
        </p>
      )}
    </div>
  );
}
