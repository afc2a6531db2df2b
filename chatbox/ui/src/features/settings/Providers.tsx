/** The configured providers. */
import { useEffect, useRef, useState } from "preact/hooks";
import { describeError } from "../../lib/api/errors";
import type { Provider } from "../../lib/api/types";
import { t } from "../../lib/i18n";
import { navigate } from "../../lib/router";
import { providers } from "../../lib/state/providers";
import { toasts } from "../../lib/state/toasts";
import { Button, Dialog, EmptyState, ErrorState, Skeleton } from "../../lib/ui";
import { ProviderForm } from "../onboarding";
import { complain, Page } from "./parts";
import { ProviderCard } from "./ProviderCard";

type Open = { readonly kind: "add" } | { readonly kind: "edit" | "delete"; readonly provider: Provider };

function DeleteDialog({ provider, onClose }: { readonly provider: Provider; readonly onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await providers.remove(provider.id);
      toasts.show({ text: t("settings.provider_deleted", { name: provider.name }) });
      onClose();
    } catch (error) {
      complain(error);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t("settings.provider_delete_title", { name: provider.name })}
      size="sm"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button kind="danger" busy={busy} onClick={() => void remove()}>
            {t("settings.provider_delete")}
          </Button>
        </>
      }
    >
      <p class="settings-text">{t("settings.provider_delete_text")}</p>
    </Dialog>
  );
}

function Dialogs({ open, onClose }: { readonly open: Open; readonly onClose: () => void }) {
  if (open.kind === "delete") return <DeleteDialog provider={open.provider} onClose={onClose} />;
  const provider = open.kind === "edit" ? open.provider : null;
  const done = (saved: Provider): void => {
    toasts.show({ kind: "success", text: t(provider ? "settings.provider_saved" : "settings.connected", { name: saved.name }) });
    onClose();
  };
  return (
    <Dialog title={provider ? t("settings.provider_edit_title", { name: provider.name }) : t("settings.provider_add_title")} onClose={onClose}>
      <ProviderForm provider={provider} onDone={done} actions={<Button onClick={onClose}>{t("ui.close")}</Button>} />
    </Dialog>
  );
}

export function Providers() {
  const [open, setOpen] = useState<Open | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const load = (): void => {
    setProblem(null);
    providers.load().catch((error: unknown) => setProblem(describeError(error)));
  };
  useEffect(load, []);
  const items = providers.items.value;
  const isLoading = !providers.loaded.value && !problem;
  const addButton = (
    <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: "add" })}>
      {t("settings.provider_add")}
    </Button>
  );
  return (
    <Page title={t("settings.providers_title")} intro={t("settings.providers_intro")} actions={items.length > 0 ? addButton : undefined}>
      {problem && <ErrorState title={t("settings.load_failed")} detail={problem} onRetry={load} />}
      {isLoading && <Skeleton kind="card" lines={3} />}
      {providers.loaded.value && items.length === 0 && (
        <EmptyState icon="server" title={t("settings.provider_none")} text={t("settings.provider_none_text")}>
          {addButton}
        </EmptyState>
      )}
      <ul class="providers" ref={list}>
        {items.map((provider) => (
          <ProviderCard key={provider.id} provider={provider} onEdit={() => setOpen({ kind: "edit", provider })} onDelete={() => setOpen({ kind: "delete", provider })} />
        ))}
      </ul>
      {providers.loaded.value && (
        <p>
          <Button kind="quiet" icon="search" onClick={() => navigate("/setup")}>
            {t("settings.provider_detect")}
          </Button>
        </p>
      )}
      {open && <Dialogs open={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}
