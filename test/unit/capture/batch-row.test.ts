import assert from "node:assert/strict";
import { it } from "node:test";
import { parseReply } from "../../../daemon/capture/batch-row.ts";

const HEAD = ["-1", "10:12:10", "t", "1", "1700000000123456", "4711", "0"];

it("a reply becomes a batch: bigint measures, microseconds as numbers, nulls as undefined, events in their order", () => {
  const reply = parseReply(
    [
      ["2", "7", null, "8766", null, null, "-3 99999999999999999999"],
      ["3", "7", "", null, "-2208988800000000", "7258118400000000", "1"],
      ["-2", null, "bookings", null, null, "801", null],
      ["-2", "8", "bookings", null, "5001", "802", null],
      ["-7", "8", "made", null, "2", "803", '{"amount":null,"n":{"a":"b"}}\nbookings.803.5\n6'],
      ["-7", "7", "made", null, "1", "18446744073709551615", "{}\nbookings.1.4"],
      ["-3", "9", null, null, null, null, null],
      ["-10", "9", null, null, null, null, null],
      ["-10", "9", null, null, null, null, null],
      HEAD,
    ],
    "epoch",
  );
  assert.deepEqual(reply.batches[0], {
    epoch: "epoch",
    snapshot: "10:12:10",
    clock: 1_700_000_000_123_456,
    grains: [
      {
        projection: 2,
        owner: "7",
        key: undefined,
        day: 8766,
        from: undefined,
        until: undefined,
        values: [-3n, 99999999999999999999n],
      },
      {
        projection: 3,
        owner: "7",
        key: "",
        day: undefined,
        from: -2_208_988_800_000_000,
        until: 7_258_118_400_000_000,
        values: [1n],
      },
    ],
    resets: [
      { source: "bookings", owner: undefined, rows: undefined, xid: 801n },
      { source: "bookings", owner: "8", rows: 5001, xid: 802n },
    ],
    events: [
      { owner: "7", name: "made", id: "bookings.1.4", xid: 18_446_744_073_709_551_615n, data: {} },
      { owner: "8", name: "made", id: "bookings.803.5\n6", xid: 803n, data: { amount: null, n: { a: "b" } } },
    ],
    withheld: ["9"],
    dimensions: ["9"],
  });
  assert.deepEqual([reply.leaseLives, reply.found, reply.pid, reply.bellTaken], [true, true, 4711, false]);
  assert.deepEqual([reply.queueUsage, reply.exportedSnapshot], [undefined, undefined]);
});

it("a reply tells of the lease, the bell, the queue and the exported snapshot", () => {
  const reply = parseReply(
    [
      ["-1", "1:1:", "t", "0", "1", "2", "0"],
      ["-4", null, "f", null, null, null, "0.25"],
      ["-5", null, "t"],
      ["-6", null, "0A-1"],
      ["-11", null, "3:3:", null, null, null, "0d"],
    ],
    "e",
  );
  assert.deepEqual([reply.leaseLives, reply.found, reply.bellTaken], [false, false, true]);
  assert.deepEqual([reply.queueUsage, reply.exportedSnapshot], [0.25, "0A-1"]);
  assert.deepEqual(reply.origin, { incarnation: "0d", floor: "3:3:" });
  assert.equal(parseReply([["-1", "1:1:", "f", "0", "1", "2", "0"]], "e").leaseLives, false);
});

it("a reply without its head is no batch", () => {
  assert.throws(() => parseReply([["0", "7", null, null, null, null, "1"]], "e"), /no head row/);
});
