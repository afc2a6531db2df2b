/** Which screen the address shows. */
import { Component, type ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { ChatPage } from "./features/chat";
import { AppShell, TopBar } from "./features/shell";
import { focusHeading } from "./lib/a11y";
import { loadMoreTexts, t } from "./lib/i18n";
import { hasNavigated, lazy, navigate, route, useTitle } from "./lib/router";
import { prefs } from "./lib/state/prefs";
import { Button, EmptyState } from "./lib/ui";

const SettingsPage = lazy(async () => {
  const [{ SettingsPage: Loaded }] = await Promise.all([import("./features/settings"), loadMoreTexts()]);
  return Loaded;
});
const SetupPage = lazy(async () => {
  const [{ SetupPage: Loaded }] = await Promise.all([import("./features/onboarding"), loadMoreTexts()]);
  return Loaded;
});

function MissingPage() {
  useTitle(t("shell.missing_title"));
  useEffect(() => {
    if (hasNavigated.peek()) focusHeading();
  }, []);
  return (
    <>
      <TopBar>
        <h1>{t("shell.missing_title")}</h1>
      </TopBar>
      <EmptyState icon="info" title={t("shell.missing_text")}>
        <Button kind="primary" onClick={() => navigate("/")}>
          {t("shell.missing_action")}
        </Button>
      </EmptyState>
    </>
  );
}

function Screen() {
  const current = route.value;
  switch (current.name) {
    case "chat":
      return current.sessionId === null ? <ChatPage /> : <ChatPage sessionId={current.sessionId} />;
    case "settings":
      return <SettingsPage section={current.section} />;
    case "setup":
      return <SetupPage />;
    case "missing":
      return <MissingPage />;
  }
}

interface GuardState {
  readonly failed: boolean;
}

/** A bug in one screen must not leave a blank page. */
class Guard extends Component<{ readonly children: ComponentChildren }, GuardState> {
  override state: GuardState = { failed: false };

  static override getDerivedStateFromError(): GuardState {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <EmptyState icon="warn" title={t("shell.crashed_title")} text={t("shell.crashed_text")}>
        <Button kind="primary" onClick={() => window.location.reload()}>
          {t("shell.reload")}
        </Button>
      </EmptyState>
    );
  }
}

/** On the first visit the way leads to "Connect a model"; it can be left at any time. */
function useFirstRun(): void {
  useEffect(() => {
    const current = route.peek();
    const isStart = current.name === "chat" && current.sessionId === null;
    if (!prefs.settings.peek().onboarded && isStart && !hasNavigated.peek()) navigate("/setup", { replace: true });
  }, []);
}

export function App() {
  useFirstRun();
  return (
    <Guard>
      <AppShell>
        <Guard>
          <Screen />
        </Guard>
      </AppShell>
    </Guard>
  );
}
