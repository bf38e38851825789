import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReadDayStarts } from "../../../daemon/owners/day-starts.ts";
import { utcMidnight } from "../../../daemon/metrics/civil-date.ts";
import { ZoneDataDiffers, Zones } from "../../../daemon/owners/zones.ts";

const NOW = Date.UTC(2026, 4, 8, 12) * 1000;

/** A session's answers: it knows these zones, by their offset in microseconds. */
function session(offsets: Readonly<Record<string, number>>): { read: ReadDayStarts; reads: string[] } {
  const reads: string[] = [];
  const read: ReadDayStarts = async (zones, days) => {
    reads.push(zones[0] ?? "");
    return zones.map((zone, at) => {
      const offset = offsets[zone];
      if (offset === undefined) throw Object.assign(new Error(`time zone "${zone}" not recognized`), { code: "22023" });
      return Number.isNaN(offset) ? undefined : utcMidnight(days[at] ?? 0) + offset;
    });
  };
  return { read, reads };
}

describe("time zones", () => {
  it("a zone that both sessions know alike is good, and is tried once per session", async () => {
    const reader = session({ A: 1, B: 2 });
    const load = session({ A: 1, B: 2 });
    const zones = new Zones(reader.read, NOW);
    assert.deepEqual(zones.good, []);
    assert.equal(await zones.confirm("A", load, load.read), true);
    assert.equal(await zones.confirm("A", load, load.read), true);
    assert.deepEqual([zones.good, load.reads, reader.reads], [["A"], ["A"], ["A"]]);
    const other = session({ A: 1 });
    assert.equal(await zones.confirm("A", other, other.read), true);
    assert.deepEqual([other.reads, reader.reads], [["A"], ["A"]]);
  });

  it("a zone that PostgreSQL does not know, or has no days for, is not good", async () => {
    const reader = session({});
    const load = session({ odd: Number.NaN });
    const zones = new Zones(reader.read, NOW);
    assert.equal(await zones.confirm("Mars/Olympus", load, load.read), false);
    assert.equal(await zones.confirm("odd", load, load.read), false);
    assert.deepEqual([zones.good, reader.reads], [[], []]);
  });

  it("a session that disagrees with the reader's is found out", async () => {
    const load = session({ A: 1, B: 2 });
    const zones = new Zones(session({ A: 7 }).read, NOW);
    await assert.rejects(zones.confirm("A", load, load.read), ZoneDataDiffers);
    await assert.rejects(zones.confirm("B", load, load.read), ZoneDataDiffers);
    assert.deepEqual(zones.good, []);
  });

  it("what fails for another reason says nothing about the zone", async () => {
    const zones = new Zones(session({ A: 1 }).read, NOW);
    const broken: ReadDayStarts = () => Promise.reject(new Error("connection lost"));
    await assert.rejects(zones.confirm("A", {}, broken), /connection lost/);
  });
});
