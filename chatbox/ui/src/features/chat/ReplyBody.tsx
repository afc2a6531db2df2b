/** The text of a reply, rendered by a MarkdownView outside of Preact's tree. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Message } from "../../lib/api/types";
import { locale } from "../../lib/i18n";
import { MarkdownView } from "../../lib/md/stream";
import { runs, type LiveRun } from "../../lib/state/runs";
import { markdownOptions } from "./markdown-labels";
import { ReplyText } from "./reply-text";

export interface ReplyBodyProps {
  readonly message: Message;
  readonly run: LiveRun | undefined;
}

export function ReplyBody({ message, run }: ReplyBodyProps) {
  const host = useRef<HTMLDivElement>(null);
  const text = useRef<ReplyText | null>(null);
  const language = locale.value;

  useLayoutEffect(() => {
    if (host.current === null) return undefined;
    const view = new MarkdownView(host.current, markdownOptions());
    text.current = new ReplyText(view);
    return () => {
      text.current = null;
      view.destroy();
    };
  }, [message.id, language]);

  useLayoutEffect(() => {
    const reply = text.current;
    if (reply === null) return undefined;
    if (run === undefined) {
      reply.settle(message.text);
      return undefined;
    }
    if (run.state.seq === 0 && message.text !== "") reply.settle(message.text);
    reply.start(run);
    return runs.subscribe(message.id, (state, added) => {
      reply.follow(state, added);
      if (state.status !== "running") reply.settle(state.text);
    });
  }, [message.id, run, run === undefined ? message.text : null, language]);

  return <div class="reply-body prose" dir="auto" ref={host} />;
}
