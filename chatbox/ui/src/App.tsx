/** Which screen the address shows. */
import { Component, type ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { ChatPage } from "./features/chat";
import { AppShell, TopBar } from "./features/shell";
import { focusHeading } from "./lib/a11y";
import { loadMoreTexts, t } from "./lib/i18n";
import { loadStyles } from "./lib/platform";
import { hasNavigated, lazy, navigate, route, useTitle } from "./lib/router";
import { isTeam } from "./lib/state/boot";
import { isOutside, me } from "./lib/state/me";
import { prefs } from "./lib/state/prefs";
import { question } from "./lib/state/proof";
import { Button, EmptyState } from "./lib/ui";

const SettingsPage = lazy(async () => {
  const [{ SettingsPage: Loaded }] = await Promise.all([import("./features/settings"), loadMoreTexts()]);
  return Loaded;
});
const SetupPage = lazy(async () => {
  const [{ SetupPage: Loaded }] = await Promise.all([import("./features/onboarding"), loadMoreTexts()]);
  return Loaded;
});
const AdminPage = lazy(async () => {
  const [{ AdminPage: Loaded }] = await Promise.all([import("./features/admin"), loadMoreTexts()]);
  return Loaded;
});

const Entrance = lazy(async () => {
  const [{ Entrance: Loaded }] = await Promise.all([import("./features/auth"), loadMoreTexts(), loadStyles("auth")]);
  return Loaded;
});
const ProofDialog = lazy(async () => {
  const [{ ProofDialog: Loaded }] = await Promise.all([import("./features/auth"), loadMoreTexts(), loadStyles("auth")]);
  return Loaded;
});

const Onward = lazy(async () => {
  const [{ Onward: Loaded }] = await Promise.all([import("./features/auth"), loadMoreTexts()]);
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
    case "admin":
      return <AdminPage section={current.section} />;
    case "setup":
      return <SetupPage />;
    case "login":
    case "register":
      return <Onward />;
    default:
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
    const isHost = !isTeam || me.peek()?.role === "owner";
    if (isHost && !prefs.settings.peek().onboarded && isStart && !hasNavigated.peek()) navigate("/setup", { replace: true });
  }, []);
}

function Inside() {
  useFirstRun();
  return (
    <AppShell>
      <Guard>
        <Screen />
      </Guard>
    </AppShell>
  );
}

/** Links from mails and administrators work for whoever is signed in, too. */
const LINKS: readonly string[] = ["invitation", "reset", "email"];

export function App() {
  const isLink = isTeam && LINKS.includes(route.value.name);
  return (
    <Guard>
      {isOutside.value || isLink ? <Entrance /> : <Inside />}
      {question.value && <ProofDialog />}
    </Guard>
  );
}
