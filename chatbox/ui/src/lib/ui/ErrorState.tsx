/** What failed, why in plain words, what to do; the request id can be copied. */
import { t } from "../i18n";
import { copyText } from "../platform/clipboard";
import { announce } from "../a11y/announcer";
import { Button } from "./Button";
import { Icon } from "./Icon";

export interface ErrorStateProps {
  readonly title: string;
  readonly detail?: string | undefined;
  readonly requestId?: string | null | undefined;
  readonly onRetry?: (() => void) | undefined;
}

export function ErrorState({ title, detail, requestId, onRetry }: ErrorStateProps) {
  const copy = async (): Promise<void> => {
    announce((await copyText(requestId ?? "")) ? t("ui.copied") : t("ui.copyFailed"));
  };
  return (
    <div class="ui-error" role="alert">
      <Icon name="alert" />
      <div class="ui-error-body">
        <p class="ui-error-title">{title}</p>
        {detail && <p class="ui-error-text">{detail}</p>}
        {requestId && (
          <details class="ui-error-more">
            <summary>{t("ui.details")}</summary>
            <p>
              {t("ui.requestId")}: <code>{requestId}</code>{" "}
              <Button kind="quiet" size="sm" onClick={() => void copy()}>
                {t("ui.copy")}
              </Button>
            </p>
          </details>
        )}
        {onRetry && (
          <Button size="sm" icon="refresh" onClick={onRetry}>
            {t("ui.retry")}
          </Button>
        )}
      </div>
    </div>
  );
}
