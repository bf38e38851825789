/**
 * Finds the owners whose rows PostgreSQL can't compute with. A condition such as `100 / amount > 5` fails for a row with amount 0, and with
 * it the statement that reads everybody's changes; its error names no row. Read as one, all owners would be stale for one owner's row, in
 * every epoch anew. So the same changes are read again and again without being taken, by halves of the owners, until each owner that
 * fails by itself is known. What they have is read without them then.
 */
import { halves } from "../database/data-error.ts";
import type { BatchSink } from "./batch.ts";

/** A kind of topics, and those of its topics whose rows can't be read: none where it must be others' rows, that nobody named. */
export interface BadRows {
  readonly sink: BatchSink;
  readonly owners: readonly string[];
}

/**
 * Each kind is tried while nothing is read of the others.
 * @param canRead whether the changes can be read, of each kind of these owners; undefined: of all
 */
export async function badRowsOf(
  kinds: readonly BatchSink[],
  canRead: (owners: readonly (readonly string[] | undefined)[]) => Promise<boolean>,
): Promise<readonly BadRows[]> {
  const alone = (place: number, owners: readonly string[] | undefined): Promise<boolean> =>
    canRead(kinds.map((_, at) => (at === place ? owners : [])));
  if (!(await canRead(kinds.map(() => [])))) return [];
  const found: BadRows[] = [];
  for (const [place, sink] of kinds.entries()) {
    const isNamed = sink.owners() !== undefined;
    const owners = await ownersWithBadRows(sink.named(), (some) => alone(place, some));
    if (owners.length > 0 || (!isNamed && !(await alone(place, undefined)))) found.push({ sink, owners });
  }
  return found;
}

/** @param canRead whether the changes of these owners can be read, all in one statement */
export async function ownersWithBadRows(
  owners: readonly string[],
  canRead: (owners: readonly string[]) => Promise<boolean>,
): Promise<string[]> {
  if (owners.length === 0 || (await canRead(owners))) return [];
  return divide(owners, canRead);
}

/** Of owners that can't be read together. For one of n it takes at most 2 log2 n readings, each of half as many owners as before. */
async function divide(
  owners: readonly string[],
  canRead: (owners: readonly string[]) => Promise<boolean>,
): Promise<string[]> {
  if (owners.length === 1) return [...owners];
  const [left, right] = halves(owners);
  if (await canRead(left)) return divide(right, canRead);
  const found = await divide(left, canRead);
  return [...found, ...(await ownersWithBadRows(right, canRead))];
}
