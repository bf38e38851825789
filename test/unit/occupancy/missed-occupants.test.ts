import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { missedOccupants } from "../../../daemon/occupancy/missed-occupants.ts";
import { cases } from "../../support/cases.ts";
import { OCCUPIED_PLAN } from "../../support/occupied-plan.ts";
import { grainOf, naiveOccupants, type Row, Told } from "../../support/occupied-rows.ts";

/** Transactions 1 to 8; a row is there from one until before another. */
const NOW = 9;
interface Life {
  readonly row: Row;
  readonly born: number;
  readonly died: number;
}

const instant = fc.integer({ min: 0, max: 12 });
const xid = fc.integer({ min: 1, max: NOW });
const life = fc.tuple(
  fc.boolean(),
  fc.constantFrom("a", "b"),
  fc.tuple(instant, instant),
  fc.tuple(xid, xid),
  fc.constantFrom("Ana", null),
);
const lives = fc.array(life, { maxLength: 8 }).map((all) =>
  all.map(([isRoom, room, [from, until], [one, other], label], at): Life => {
    const row: Row = isRoom
      ? { table: "rooms", room, bed: `${at}` }
      : { table: "stays", room, key: `${at}`, label, from, until };
    return { row, born: Math.min(one, other), died: Math.max(one, other) + 1 };
  }),
);
const ordered = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a]);

it("Who came and went in a gap leads from who was there at its beginning to who is there at its end", () => {
  fc.assert(
    fc.property(lives, fc.tuple(xid, xid), fc.tuple(instant, instant), (all, xids, instants) => {
      const [first, end] = ordered(...xids);
      const [sinceUs, uptoUs] = ordered(...instants);
      const at = (x: number): Row[] => all.flatMap(({ row, born, died }) => (born < x && x <= died ? [row] : []));
      const position = (x: number, asOf: number) => ({ incarnation: "", snapshot: `${x}:${x}:`, asOf });
      const there = at(NOW)
        .filter((row) => row.table === "rooms" || row.until > sinceUs)
        .map((row) => grainOf(row, 1n));
      const touched = all.flatMap(({ row, born, died }) =>
        [
          { x: born, weight: 1n },
          { x: died, weight: -1n },
        ].flatMap(({ x, weight }) =>
          x >= first && x < NOW ? [{ xid: BigInt(x), grain: grainOf(row, weight, BigInt(x)) }] : [],
        ),
      );
      const told = new Told();
      Object.assign(told.there, naiveOccupants(at(first), sinceUs));
      const range = { since: position(first, sinceUs), upto: position(end, uptoUs) };
      told.hear(missedOccupants(OCCUPIED_PLAN, { there, touched }, range));
      assert.deepEqual({ ...told.there }, naiveOccupants(at(end), uptoUs));
    }),
    cases(2_000),
  );
});
