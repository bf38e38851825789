import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Occupants } from "../../../daemon/occupancy/occupants.ts";
import { cases } from "../../support/cases.ts";
import { OCCUPIED_PLAN } from "../../support/occupied-plan.ts";
import { grainOf, naiveOccupants, type Row, Told } from "../../support/occupied-rows.ts";

/** The first instant after `t` at which naively somebody else is somewhere. */
function naiveNext(rows: readonly Row[], t: number): number {
  const now = JSON.stringify(naiveOccupants(rows, t));
  const bounds = rows.flatMap((row) => (row.table === "stays" ? [row.from, row.until] : []));
  const later = bounds.filter((bound) => bound > t).toSorted((a, b) => a - b);
  return later.find((bound) => JSON.stringify(naiveOccupants(rows, bound)) !== now) ?? Number.POSITIVE_INFINITY;
}

const instant = fc.integer({ min: 0, max: 12 });
const roomName = fc.constantFrom("a", "b");
const stayRow: fc.Arbitrary<Row> = fc.record({
  table: fc.constant("stays" as const),
  room: roomName,
  key: fc.constantFrom("2", "9", "10", "11"),
  label: fc.constantFrom("Ana", "Bo", null),
  from: instant,
  until: instant,
});
const roomRow: fc.Arbitrary<Row> = fc.record({
  table: fc.constant("rooms" as const),
  room: roomName,
  bed: fc.constantFrom("one", "two"),
});
const row = fc.oneof({ arbitrary: stayRow, weight: 3 }, { arbitrary: roomRow, weight: 1 });
/** Keys are the rows' own: at most one stay of a key and one room of a name. */
const identity = (one: Row): string => (one.table === "rooms" ? `room ${one.room}` : `stay ${one.key}`);
const rows = fc.uniqueArray(row, { maxLength: 6, selector: identity });
const batch = fc.record({
  after: fc.nat({ max: 3 }),
  deleted: fc.array(fc.nat(), { maxLength: 2 }),
  written: fc.uniqueArray(row, { maxLength: 3, selector: identity }),
  together: fc.boolean(),
});

/** The rows after a batch, and its images, each old one before its new one or all in one grain. */
function write(
  before: readonly Row[],
  { deleted, written, together }: { deleted: number[]; written: Row[]; together: boolean },
) {
  const gone = new Set([
    ...deleted.map((at) => before[at % Math.max(1, before.length)]),
    ...before.filter((old) => written.some((one) => identity(one) === identity(old))),
  ]);
  const after = [...before.filter((old) => !gone.has(old)), ...written];
  const images = [
    ...[...gone].flatMap((old) => (old ? [grainOf(old, -1n, 7n)] : [])),
    ...written.map((one) => grainOf(one, 1n, 8n)),
  ];
  return { after, images: together ? images.toReversed() : images };
}

describe("occupants", () => {
  it("what is told is what a look at all rows says, after every batch, at every instant, and after every reading anew", () => {
    fc.assert(
      fc.property(rows, fc.array(batch, { maxLength: 6 }), fc.nat(6), (loaded, batches, reloadAt) => {
        let t = 0;
        let all: readonly Row[] = loaded;
        let occupants = new Occupants(OCCUPIED_PLAN, t);
        for (const one of all) occupants.fold(grainOf(one, 1n));
        occupants.settle(undefined);
        const told = new Told();
        Object.assign(told.there, naiveOccupants(all, t));
        assert.deepEqual(occupants.takeChanges(), [], "what was there at the load is no news");
        for (const [at, changes] of batches.entries()) {
          assert.equal(occupants.next, naiveNext(all, t));
          t += changes.after;
          const { after, images } = write(all, changes);
          all = after;
          if (at === reloadAt) {
            const anew = new Occupants(OCCUPIED_PLAN, t);
            for (const one of all) anew.fold(grainOf(one, 1n));
            anew.settle(occupants);
            occupants = anew;
          } else {
            occupants.advance(t);
            for (const image of images) occupants.fold(image);
          }
          told.hear(occupants.takeChanges());
          assert.deepEqual(told.there, naiveOccupants(all, t));
        }
      }),
      cases(2_000),
    );
  });
});
