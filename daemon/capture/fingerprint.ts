/**
 * Notices that rows may have changed without a trigger: what capture depends on is not what it was.
 *
 * Triggers see what statements do to rows. They do not see a partition that is detached, a type that is changed USING an
 * expression, a table that is renamed away and back, or anything while they are disabled. The naive way, to look from time to time
 * whether all triggers are there, does not see what was done and undone between two looks, and owners' numbers stay wrong for good.
 *
 * So deltad.fingerprint() writes down, in one short text for each source, what the catalogs say of everything that matters, down to
 * the transactions that wrote it. Every heartbeat and every cut reads it in the same statement as its batch, so that both are of one
 * snapshot. As long as it is the same, every change since the previous one came through a trigger.
 *
 * Where it differs, nothing since the previous comparison can be vouched for: the epoch ends, owners are stale since then, and the next
 * epoch begins once nothing is missing. The one exception: the same batch says that all owners of the source are read again, as DDL
 * does where event triggers are allowed, and `migrate apply` always. They are loaded at this snapshot or later, so whatever happened
 * before it is in what they load, and the new fingerprint is what the next one is compared with.
 */
import type { Batch } from "./batch.ts";
import type { ReadKind } from "./read-kind.ts";
import type { WatchedTable } from "../plan/watched-table.ts";
import { type Finding, tellFindings } from "../database/findings.ts";
import { quoteLiteral } from "../database/identifier.ts";

/** The function's key for what belongs to no source: there, nothing need be read again. */
const COMMON = "";

/** SQL expression: the fingerprint of these tables, as the statement's snapshot shows them. */
export function fingerprintOf(tables: readonly WatchedTable[]): string {
  const watched = tables.map(({ source, schema, table, columns }) => ({
    source,
    schema,
    table,
    columns: columns.map((column) => column.name),
  }));
  return `deltad.fingerprint(${quoteLiteral(JSON.stringify(watched))}::json)`;
}

/** Rows may have changed unseen; the numbers were last known to be right at an instant, in microseconds since 1970. */
export class UnseenChange extends Error {
  readonly since: number | undefined;

  constructor(message: string, since: number | undefined) {
    super(message);
    this.since = since;
  }
}

/** The fingerprint of one epoch, and when it was last compared. */
export class Fingerprint {
  #known: string | undefined;
  #comparedAt: number | undefined;

  /**
   * To be called with each reply before its batch is taken. Throws {@link UnseenChange} where the batch does not tell all that happened
   * since the previous comparison, or where `check` finds that it would be so from now on.
   */
  async compare(
    { fingerprint, batches }: Read,
    kinds: readonly Pick<ReadKind, "tables">[],
    check: () => Promise<readonly Finding[]>,
  ): Promise<void> {
    if (fingerprint === undefined) return;
    if (fingerprint !== this.#known) {
      if (this.#known !== undefined) {
        // Of each kind that has to do with it.
        const isReadAgain = (source: string): boolean =>
          kinds.every(
            ({ tables }, at) =>
              tables.every((table) => table.source !== source) ||
              batches[at]?.resets.some((reset) => reset.source === source && reset.owner === undefined),
          );
        this.#refuseUnseen(differing(this.#known, fingerprint).filter((source) => !isReadAgain(source)));
      }
      const findings = await check();
      if (findings.length > 0) throw new UnseenChange(tellFindings(findings), this.#comparedAt);
      this.#known = fingerprint;
    }
    this.#comparedAt = batches[0].clock;
  }

  #refuseUnseen(unseen: readonly string[]): void {
    if (unseen.length === 0) return;
    throw new UnseenChange(
      `DDL has changed what captures ${unseen.join(", ")}: rows may have changed unseen, all owners are read again`,
      this.#comparedAt,
    );
  }
}

type Part = Pick<Batch, "clock" | "resets">;

interface Read {
  /** Undefined where it was not asked for. */
  readonly fingerprint: string | undefined;
  readonly batches: readonly [Part, ...Part[]];
}

function differing(known: string, print: string): string[] {
  const before = JSON.parse(known) as Record<string, string>;
  const after = JSON.parse(print) as Record<string, string>;
  const sources = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...sources].filter((source) => source !== COMMON && before[source] !== after[source]);
}
