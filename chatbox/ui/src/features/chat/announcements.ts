/** What a screen reader hears about a running reply: its start, that it goes on, and its end. */
import { useEffect } from "preact/hooks";
import { announce } from "../../lib/a11y/announcer";
import { locale, t } from "../../lib/i18n";
import { runs } from "../../lib/state/runs";
import { session } from "../../lib/state/session";

const EVERY = 10_000;

interface Segmenting {
  segment(text: string): Iterable<{ isWordLike?: boolean }>;
}

/** Words by the rules of the language; Chinese has no spaces to count by. */
export function countWords(text: string, language: string): number {
  const Segmenter = (Intl as { Segmenter?: new (id: string, how: { granularity: "word" }) => Segmenting }).Segmenter;
  if (Segmenter === undefined) return text.split(/\s+/).filter(Boolean).length;
  let words = 0;
  for (const piece of new Segmenter(language, { granularity: "word" }).segment(text)) {
    if (piece.isWordLike === true) words += 1;
  }
  return words;
}

function sayEnd(replyId: string, status: string | undefined, text: string): void {
  if (status === "stopped") announce(t("chat.sayStopped"));
  else if (status === "failed" || status === "interrupted") announce(t("chat.sayFailed"));
  else {
    const whole = text === "" ? (session.find(replyId)?.text ?? "") : text;
    announce(t("chat.sayFinished", { n: countWords(whole, locale.peek()) }));
  }
}

export function useReplyAnnouncements(): void {
  const turn = session.runningTurn.value;
  const turnId = turn?.turn_id ?? null;
  useEffect(() => {
    if (turn === null) return undefined;
    const sessionId = turn.session_id;
    const run = runs.find(turn.reply_id);
    announce(t("chat.sayGenerating"));
    const timer = setInterval(() => announce(t("chat.sayStill")), EVERY);
    return () => {
      clearInterval(timer);
      const state = (runs.find(turn.reply_id) ?? run)?.state;
      if (session.openId.peek() === sessionId) sayEnd(turn.reply_id, state?.status, state?.text ?? "");
    };
  }, [turnId]);
}
