/** Shows a page once its link has proved good; else what is wrong with it and what to do. */
import type { ComponentChildren, JSX } from "preact";
import { isApiError } from "../../lib/api/client";
import { describeError } from "../../lib/api/errors";
import { t } from "../../lib/i18n";
import { hrefOf } from "../../lib/router";
import { ErrorState, Skeleton } from "../../lib/ui";
import { Frame } from "./Frame";
import type { Link } from "./use-link";

export interface LinkGateProps {
  readonly link: Link;
  readonly title: string;
  /** What to do about a link that does not work, or is not there. */
  readonly advice: string;
  readonly foot?: ComponentChildren;
  readonly children: (link: Extract<Link, { state: "good" }>) => JSX.Element;
}

const ToLogin = () => <a href={hrefOf("/login")}>{t("auth.to_login")}</a>;

export function LinkGate({ link, title, advice, foot, children }: LinkGateProps) {
  if (link.state === "good") return children(link);
  if (link.state === "checking") {
    return (
      <Frame key="checking" title={title}>
        <Skeleton lines={4} />
      </Frame>
    );
  }
  if (link.state === "failed" && !isApiError(link.error, "link_invalid")) {
    return (
      <Frame title={title} foot={<ToLogin />}>
        <ErrorState title={t("auth.link_unchecked")} detail={describeError(link.error)} onRetry={link.retry} />
      </Frame>
    );
  }
  return (
    <Frame title={t(link.state === "failed" ? "auth.link_invalid" : "auth.link_missing")} lead={advice} foot={foot ?? <ToLogin />} />
  );
}
