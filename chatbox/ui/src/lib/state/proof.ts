/** The question "is it you?": asked once for everything that waits for the answer. */
import { signal } from "@preact/signals";
import { isTeam } from "./boot";

/** Gives the answer: whether the server has a fresh proof now. */
export type Answer = (given: boolean) => void;

/** Less than the five minutes for which the server takes a proof. */
const LASTS = 4 * 60_000;

/** Set while the question stands; the page then shows its dialog. */
export const question = signal<Answer | null>(null);

let asking: Promise<boolean> | null = null;
let givenAt = -Infinity;

/** Asks for a proof. Resolves with false when the person would rather not. */
export function verify(): Promise<boolean> {
  asking ??= new Promise<boolean>((answer) => (question.value = answer)).then((given) => {
    asking = null;
    question.value = null;
    if (given) givenAt = Date.now();
    return given;
  });
  return asking;
}

/** For what cannot be asked again, such as a download: true when a proof is there, or was given now. */
export async function verified(): Promise<boolean> {
  return !isTeam || Date.now() - givenAt < LASTS || verify();
}
