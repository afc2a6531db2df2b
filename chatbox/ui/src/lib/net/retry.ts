/** How long to wait before the next attempt: 0.5, 1, 2, 4, 8, then 15 s, with jitter, for ever. */
const STEPS = [500, 1000, 2000, 4000, 8000, 15_000];

/** Milliseconds before attempt number `attempt` (0 is the first retry). `random` is in [0, 1). */
export function backoff(attempt: number, random: number = Math.random()): number {
  const step = STEPS[Math.min(attempt, STEPS.length - 1)] ?? 15_000;
  return Math.round(step * (0.75 + random * 0.5));
}
