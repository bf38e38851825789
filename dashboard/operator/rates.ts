/** What goes on in a second, from counters that only grow: of the daemons that both answers tell of. */
import type { Daemon, State } from "./answers.ts";
import type { Polled } from "./use-polled.ts";

export interface Rates {
  readonly bells: number;
  readonly batches: number;
  readonly changes: number;
  readonly frames: number;
  readonly bytes: number;
  readonly messages: number;
}

const COUNTERS: Readonly<Record<keyof Rates, (daemon: Daemon) => number>> = {
  bells: ({ reader }) => reader?.bells ?? 0,
  batches: ({ batches }) => batches.batches,
  changes: ({ batches }) => batches.changes,
  frames: ({ traffic }) => traffic.framesSent,
  bytes: ({ traffic }) => traffic.bytesSent,
  messages: ({ traffic }) => traffic.messagesReceived,
};

/** @param only of this daemon; undefined where there are no two answers yet */
export function ratesOf(
  { answer, before }: Pick<Polled<State>, "answer" | "before">,
  only?: string,
): Rates | undefined {
  if (answer === undefined || before === undefined || before.seconds <= 0) return undefined;
  const earlier = new Map(before.answer.daemons.map((daemon) => [daemon.daemon, daemon]));
  const rates = { bells: 0, batches: 0, changes: 0, frames: 0, bytes: 0, messages: 0 };
  for (const daemon of answer.daemons) {
    const then = earlier.get(daemon.daemon);
    if (then === undefined || (only !== undefined && only !== daemon.daemon)) continue;
    for (const name of Object.keys(rates) as (keyof Rates)[]) {
      // A new epoch counts its bells anew.
      rates[name] += Math.max(0, COUNTERS[name](daemon) - COUNTERS[name](then)) / before.seconds;
    }
  }
  return rates;
}
