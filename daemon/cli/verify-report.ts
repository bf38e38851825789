/** What `deltad verify` says, to people and to scripts. */
import { type Difference, describe } from "../verify/difference.ts";
import type { Verdict } from "../verify/verdict.ts";

/** Why a verdict is what it is, beside the verdict itself. */
export interface Round {
  /** Of the topics, as the configuration calls it. */
  readonly kind: string;
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
  const { kind, verdict } = round;
  return [
    ...verdict.differences.map((difference) => line(kind, difference)),
    ...verdict.stale.map(
      ({ owner, since, reason }) =>
        `${kind} ${owner}: not compared, the daemon calls it stale since ${since} (${reason})`,
    ),
    ...verdict.unsettled.map(
      (owner) => `${kind} ${owner}: not compared, it was read again whenever it was tried, or can't be shown`,
    ),
    ...verdict.unreadable.map(
      (owner) => `${kind} ${owner}: not compared, a condition fails at one of its rows (bad_row)`,
    ),
    ...verdict.unknownZones.map((owner) => `${kind} ${owner}: not compared, PostgreSQL does not know its time zone`),
    ...(round.noDaemon === undefined ? [] : [`compared with no running daemon: ${round.noDaemon}`]),
    summary(round),
  ];
}

export function summary({ kind, verdict, seed, isPartial }: Round): string {
  const { daemon, compared, differing, stale, unsettled, unreadable } = verdict;
  const whose = daemon === undefined ? "freshly loaded numbers are" : `the running daemon at ${daemon} shows`;
  const found =
    differing === 0
      ? `${compared} ${called(kind, compared)}: ${whose} what SQL says`
      : `${differing} of ${compared} ${called(kind, 2)} differ: ${whose} not what SQL says`;
  const left = stale.length + unsettled.length + unreadable.length;
  return [
    found,
    ...(left > 0 ? [`${left} not compared`] : []),
    ...(seed === undefined ? [] : [`a sample, by --seed ${seed}`]),
    ...(isPartial ? ["stopped before all were compared"] : []),
  ].join("; ");
}

export function asJson({ kind, verdict, noDaemon, seed, isPartial }: Round): string {
  const why = noDaemon === undefined ? {} : { noDaemon };
  return JSON.stringify({
    kind,
    ...verdict,
    daemon: verdict.daemon ?? null,
    ...why,
    ...(seed === undefined ? {} : { seed }),
    isPartial,
  });
}

/** So many topics of a kind, as a word. */
export function called(kind: string, count: number): string {
  if (kind === "owner") return count === 1 ? "owner" : "owners";
  return `${count === 1 ? "topic" : "topics"} of the kind ${kind}`;
}

function line(kind: string, difference: Difference): string {
  const whose = difference.of === "daemon" ? "the daemon" : "freshly loaded";
  return `${kind} ${difference.owner}: ${whose}: ${describe(difference)}`;
}
