/**
 * What happens in a campaign, by its seed alone: round after round of faults at once. Kinds are dealt like cards: each comes before any
 * comes again.
 */
import type { Draws } from "./draws.ts";
import type { Choice, Fault } from "./fault.ts";

/** Faults at once. */
const AT_ONCE = { least: 1, most: 4 };
/** From the beginning of a round until a fault begins, at most. */
const LATEST_MS = 1_500;

export interface PlannedFault extends Choice {
  readonly kind: string;
  readonly fault: Fault;
  /** After the beginning of the round. */
  readonly afterMs: number;
}

export interface Round {
  readonly number: number;
  readonly faults: readonly PlannedFault[];
}

/** Never ends. */
export function* roundsOf(faults: Readonly<Record<string, Fault>>, draws: Draws): Generator<Round> {
  const kinds = Object.keys(faults).filter((kind) => draws.prepares || !faults[kind]?.prepares);
  const cards = dealt(kinds, draws);
  let held: string[] = [];
  for (let number = 1; ; number += 1) {
    const values = draws.of(`round ${number}`);
    const size = values.integer(AT_ONCE.least, AT_ONCE.most);
    const chosen: PlannedFault[] = [];
    const left: string[] = [];
    while (chosen.length < size) {
      const kind = held.shift() ?? cards.next().value;
      const fault = faults[kind];
      if (fault === undefined) throw new RangeError(`no fault is called ${kind}`);
      if (chosen.some((other) => other.fault.group === fault.group)) {
        left.push(kind);
        // The next rounds take what is held.
        if (left.length > kinds.length) break;
        continue;
      }
      chosen.push({ kind, fault, afterMs: values.integer(0, LATEST_MS), ...fault.choose(values) });
    }
    held = [...left, ...held];
    yield { number, faults: chosen };
  }
}

function* dealt(kinds: readonly string[], draws: Draws): Generator<string, never> {
  for (let deck = 0; ; deck += 1) {
    const values = draws.of(`deck ${deck}`);
    const order = kinds.map((kind) => ({ kind, at: values.integer(0, 1e9) }));
    for (const { kind } of order.toSorted((a, b) => a.at - b.at)) yield kind;
  }
}
