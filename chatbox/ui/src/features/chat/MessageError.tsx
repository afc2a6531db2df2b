/** Why a reply failed, in plain words, with what can be done about it. */
import type { ComponentChildren } from "preact";
import { describeCode } from "../../lib/api/errors";
import { t } from "../../lib/i18n";
import { hrefOf } from "../../lib/router";
import { Icon } from "../../lib/ui/Icon";

export interface MessageErrorProps {
  readonly code: string;
  readonly detail: string;
  /** The sentence to show; made from the code when absent. */
  readonly text?: string;
  readonly requestId?: string | null;
  readonly title?: string;
  /** True when it happened just now, in front of the reader. */
  readonly isFresh?: boolean;
  readonly children?: ComponentChildren;
}

const SETTINGS_HELP = new Set(["secret_rejected", "connect_failed", "model_missing", "no_model", "redirect_refused", "credit_exhausted", "secret_required"]);

export function MessageError(props: MessageErrorProps) {
  const { code, detail, requestId = null } = props;
  const text = props.text ?? describeCode(code, detail);
  const hasMore = requestId !== null || code !== "" || (detail !== "" && detail !== text);
  return (
    <div class="message-error" role={props.isFresh === true ? "alert" : undefined}>
      <Icon name="alert" size={18} />
      <div class="message-error-body">
        <p>
          {props.title !== undefined && <strong>{props.title}. </strong>}
          {text}
        </p>
        {hasMore && (
          <details class="message-error-details">
            <summary>{t("chat.details")}</summary>
            <dl>
              {detail !== "" && detail !== text && (
                <div>
                  <dt>{t("chat.provider")}</dt>
                  <dd>{detail}</dd>
                </div>
              )}
              <div>
                <dt>{t("chat.errorCode")}</dt>
                <dd>
                  <code>{code}</code>
                </dd>
              </div>
              {requestId !== null && (
                <div>
                  <dt>{t("chat.requestId")}</dt>
                  <dd>
                    <code>{requestId}</code>
                  </dd>
                </div>
              )}
            </dl>
          </details>
        )}
        <div class="message-error-actions">
          {props.children}
          {SETTINGS_HELP.has(code) && (
            <a class="ui-button ui-button-quiet ui-size-sm" href={hrefOf("/settings/providers")}>
              {t("chat.openProviders")}
            </a>
          )}
        </div>
      </div>
    </div>
  );
}
