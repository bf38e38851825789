import assert from "node:assert/strict";
import type { JsonObject } from "../../../protocol/json.ts";
import type { TestDatabase } from "../servers.ts";
import type { Historian } from "./history.ts";
import type { Screen } from "./screen.ts";
import type { Claim, Stack } from "./stack.ts";

/** What every screen must come to show: by owner, its document; `undefined` where there can be no numbers. */
type Expected = (owner: string) => JsonObject | undefined;

/** Holds what is shown against the handwritten oracle. */
export class Judge {
  readonly #stack: Stack;
  readonly #historian: Historian;
  readonly #database: TestDatabase;
  /** How many documents were held against the oracle. */
  judged = 0;

  constructor(stack: Stack, historian: Historian, database: TestDatabase) {
    this.#stack = stack;
    this.#historian = historian;
    this.#database = database;
  }

  /** Waits until every screen shows the present rows at the present instant, then holds every document on the way there to be right. */
  async settle(): Promise<void> {
    const { changes, sink, time } = this.#stack;
    const [mark] = await this.#database.query<{ xid: string }>("select pg_current_xact_id()::text as xid");
    const xid = BigInt(mark?.xid ?? 0);
    const micros = time.micros;
    this.#stack.nudge();
    await changes.until(
      () => sink.hasPassed(xid, micros),
      () => `a batch that sees transaction ${xid}; losses: ${sink.losses.join(" | ")}`,
    );
    await this.#converges(micros);
    await this.judgeClaims();
  }

  /** Every document shown since the last call was that of one snapshot and its instant. */
  judgeClaims(): Promise<void> {
    return this.judge(this.#stack.takeClaims());
  }

  async judge(claims: readonly Claim[]): Promise<void> {
    this.judged += claims.length;
    const left = await this.#unlike(claims, 0);
    // A document that came while the owners took a batch may still be of the snapshot before.
    const wrong = await this.#unlike(left, 1);
    const [claim] = wrong;
    if (claim === undefined) return;
    const documents = await this.#historian.documents(claim.snapshots[0] ?? "", claim.asOf, [claim.owner]);
    assert.deepEqual(
      plain(claim.document),
      plain(documents.get(claim.owner) ?? {}),
      `owner ${claim.owner}, version ${claim.version}, at ${claim.asOf}, snapshots ${claim.snapshots.join(" or ")}`,
    );
    assert.fail("a document was found wrong, and then right");
  }

  async #unlike(claims: readonly Claim[], candidate: 0 | 1): Promise<Claim[]> {
    const wrong: Claim[] = [];
    for (const group of byPoint(claims, candidate)) {
      const [{ snapshots, asOf }] = group;
      const snapshot = snapshots[candidate];
      const owners = [...new Set(group.map(({ owner }) => owner))];
      const right = snapshot === undefined ? undefined : await this.#historian.documents(snapshot, asOf, owners);
      wrong.push(...group.filter(({ owner, document }) => !isSame(document, right && (right.get(owner) ?? {}))));
    }
    return wrong;
  }

  async #converges(micros: number): Promise<void> {
    const expected = await this.#expected(micros);
    const wrong = (): Screen | undefined =>
      this.#stack.screens.find((screen) => {
        const document = expected(screen.owner);
        if (document === undefined) return screen.staleBecause === undefined;
        return screen.staleBecause !== undefined || !isSame(screen.document, document);
      });
    await this.#stack.changes.until(
      () => wrong() === undefined || this.#stack.isBroken,
      () => {
        const screen = wrong();
        const shown = [JSON.stringify(plain(screen?.document)), screen?.staleBecause].join(" stale: ");
        return `owner ${screen?.owner} at ${micros}: it shows ${shown}, the oracle says ${JSON.stringify(expected(screen?.owner ?? ""))}`;
      },
    );
  }

  async #expected(micros: number): Promise<Expected> {
    const [row] = await this.#database.query<{ snapshot: string }>("select pg_current_snapshot()::text as snapshot");
    const documents = await this.#historian.documents(row?.snapshot ?? "", micros, undefined);
    const bad = await this.#historian.badOwners(row?.snapshot ?? "");
    return (owner) => (bad.has(owner) ? undefined : (documents.get(owner) ?? {}));
  }
}

/** Claims of one snapshot and instant together: one question to the oracle. */
function byPoint(claims: readonly Claim[], candidate: 0 | 1): Iterable<[Claim, ...Claim[]]> {
  const groups = new Map<string, [Claim, ...Claim[]]>();
  for (const claim of claims) {
    const point = `${claim.snapshots[candidate]} ${claim.asOf}`;
    const group = groups.get(point);
    if (group === undefined) groups.set(point, [claim]);
    else group.push(claim);
  }
  return groups.values();
}

function isSame(document: JsonObject | undefined, right: JsonObject | undefined): boolean {
  try {
    assert.deepEqual(plain(document), plain(right));
    return right !== undefined;
  } catch {
    return false;
  }
}

/** Without prototypes, so that only values are compared. */
function plain(document: JsonObject | undefined): unknown {
  return document === undefined ? undefined : JSON.parse(JSON.stringify(document));
}
