/** What `deltad verify` says, to people and to scripts. */
import { type Difference, describe } from "../verify/difference.ts";
import type { Verdict } from "../verify/verdict.ts";

/** Why a verdict is what it is, beside the verdict itself. */
export interface Round {
  readonly verdict: Verdict;
  /** Why there was no daemon to compare with, though one was wanted. */
  readonly noDaemon: string | undefined;
  /** The seed of a sample. */
  readonly seed: string | undefined;
  /** It was told to stop before it was through. */
  readonly isPartial: boolean;
}

/** Exit codes, the worst first. */
export const CODES = {
  /** Numbers differ. */
  different: 1,
  /** It could not be found out (EX_UNAVAILABLE of sysexits.h). */
  unavailable: 69,
  /** Nothing differs, but no running daemon was compared. */
  noDaemon: 3,
  /** Nothing differs, but some owner could not be compared: the daemon calls it stale, it was read again all the time, or a condition fails at its rows. */
  incomplete: 4,
  equal: 0,
} as const;

const WORST_FIRST: readonly number[] = Object.values(CODES);

export function worse(one: number, other: number): number {
  return WORST_FIRST.indexOf(one) < WORST_FIRST.indexOf(other) ? one : other;
}

export function codeOf({ verdict: { differing, stale, unsettled, unreadable }, noDaemon }: Round): number {
  if (differing > 0) return CODES.different;
  if (noDaemon !== undefined) return CODES.noDaemon;
  return stale.length + unsettled.length + unreadable.length > 0 ? CODES.incomplete : CODES.equal;
}

/** What differs and what was not compared, and last the whole in one line. */
export function report(round: Round): string[] {
  const { verdict } = round;
  return [
    ...verdict.differences.map(line),
    ...verdict.stale.map(
      ({ owner, since, reason }) =>
        `owner ${owner}: not compared, the daemon calls it stale since ${since} (${reason})`,
    ),
    ...verdict.unsettled.map((owner) => `owner ${owner}: not compared, it was read again whenever it was tried`),
    ...verdict.unreadable.map(
      (owner) => `owner ${owner}: not compared, a condition fails at one of its rows (bad_row)`,
    ),
    ...verdict.unknownZones.map((owner) => `owner ${owner}: not compared, PostgreSQL does not know its time zone`),
    ...(round.noDaemon === undefined ? [] : [`compared with no running daemon: ${round.noDaemon}`]),
    summary(round),
  ];
}

export function summary({ verdict, seed, isPartial }: Round): string {
  const { daemon, compared, differing, stale, unsettled, unreadable } = verdict;
  const whose = daemon === undefined ? "freshly loaded numbers are" : `the running daemon at ${daemon} shows`;
  const found =
    differing === 0
      ? `${compared} ${compared === 1 ? "owner" : "owners"}: ${whose} what SQL says`
      : `${differing} of ${compared} owners differ: ${whose} not what SQL says`;
  const left = stale.length + unsettled.length + unreadable.length;
  return [
    found,
    ...(left > 0 ? [`${left} not compared`] : []),
    ...(seed === undefined ? [] : [`a sample, by --seed ${seed}`]),
    ...(isPartial ? ["stopped before all were compared"] : []),
  ].join("; ");
}

export function asJson({ verdict, noDaemon, seed, isPartial }: Round): string {
  const why = noDaemon === undefined ? {} : { noDaemon };
  return JSON.stringify({
    ...verdict,
    daemon: verdict.daemon ?? null,
    ...why,
    ...(seed === undefined ? {} : { seed }),
    isPartial,
  });
}

function line(difference: Difference): string {
  const whose = difference.of === "daemon" ? "the daemon" : "freshly loaded";
  return `owner ${difference.owner}: ${whose}: ${describe(difference)}`;
}
