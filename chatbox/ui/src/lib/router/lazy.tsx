/**
 * Components in chunks of their own. A chunk that is gone after an upgrade leads to one reload;
 * when that does not help, the failure is shown instead of a blank page.
 */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { ErrorState } from "../ui/ErrorState";

const RELOADED = "chatbox.reloaded";

function reloadOnce(): boolean {
  try {
    if (sessionStorage.getItem(RELOADED)) return false;
    sessionStorage.setItem(RELOADED, "1");
  } catch {
    return false;
  }
  window.location.reload();
  return true;
}

/** Makes a component that loads its code when it is first shown. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let Loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [, redraw] = useState(0);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (Loaded) return;
      load().then(
        (component) => {
          Loaded = component;
          redraw((n) => n + 1);
          sessionStorage.removeItem(RELOADED);
        },
        () => {
          if (navigator.onLine === false || !reloadOnce()) setFailed(true);
        },
      );
    }, []);
    if (Loaded) return <Loaded {...props} />;
    if (!failed) return null;
    return <ErrorState title={t("shell.chunk_failed")} detail={t("shell.chunk_failed_detail")} onRetry={() => window.location.reload()} />;
  };
}
