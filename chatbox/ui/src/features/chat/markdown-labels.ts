/** The words inside rendered markdown, in the current language. */
import { announce } from "../../lib/a11y/announcer";
import { t } from "../../lib/i18n";
import type { MarkdownLabels } from "../../lib/md/labels";
import type { MarkdownOptions } from "../../lib/md/stream";
import { copyText } from "../../lib/platform/clipboard";

function labels(): MarkdownLabels {
  return {
    copy: t("chat.copy"),
    copied: t("chat.copied"),
    copyFailed: t("chat.copyFailed"),
    wrap: t("chat.mdWrap"),
    download: t("chat.mdDownload"),
    code: t("chat.mdCode"),
    table: t("chat.mdTable"),
    copyMarkdown: t("chat.mdCopyMarkdown"),
    copyCsv: t("chat.mdCopyCsv"),
    copyTsv: t("chat.mdCopyTsv"),
    imageFrom: (host) => t("chat.mdImageFrom", { host }),
    imageUnknown: t("chat.mdImageUnknown"),
    loadImage: t("chat.mdLoadImage"),
    openImage: t("chat.mdOpenImage"),
    footnotes: t("chat.mdFootnotes"),
    footnote: (n) => t("chat.mdFootnote", { n }),
    backToText: t("chat.mdBackToText"),
    taskDone: t("chat.mdTaskDone"),
    taskOpen: t("chat.mdTaskOpen"),
  };
}

export function markdownOptions(): MarkdownOptions {
  return { labels: labels(), copyText, announce: (text) => announce(text) };
}
