/** One line while the network or the event stream is away. Short interruptions stay silent. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../lib/i18n";
import { network, reconnecting } from "../../lib/state/online";
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
  return (
    <div class="shell-banners" role="status">
      {text && (
        <p class="shell-offline">
          <Icon name="wifi-off" size={16} />
          {text}
        </p>
      )}
    </div>
  );
}
