import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { it } from "node:test";
import fc from "fast-check";
import { Cursors, writeCursor } from "../../../daemon/stream/cursor.ts";
import { seal } from "../../../daemon/stream/keyed-digest.ts";
import type { StreamPosition } from "../../../daemon/stream/stream-position.ts";
import { eventId } from "../../../daemon/owners/owner-event.ts";

const incarnation = newSecret();

function newSecret(): string {
  return randomBytes(32).toString("hex");
}

function cursorsOf(secret: string): Cursors {
  const cursors = new Cursors();
  cursors.begin(secret);
  return cursors;
}

const xid = fc.bigInt({ min: 3n, max: 2n ** 64n - 1n });
const snapshot = fc.uniqueArray(xid, { minLength: 1, maxLength: 40 }).map((xids) => {
  const sorted = xids.toSorted((a, b) => (a < b ? -1 : 1));
  const xmax = sorted.pop();
  return `${sorted[0] ?? xmax}:${xmax}:${sorted.join(",")}`;
});
const fields = {
  incarnation: fc.constant(incarnation),
  snapshot,
  asOf: fc.integer({ min: 0, max: 2 ** 52 }),
  seen: fc.array(fc.stringMatching(/^[\w-]{22}$/), { maxLength: 32 }),
  rows: fc.option(fc.tuple(snapshot, fc.option(fc.record({ xid, events: fc.nat() }, { noNullPrototype: true })))),
};
const position = fc.record(fields, { noNullPrototype: true }).map(({ seen, rows, ...rest }): StreamPosition => {
  const [sees, part] = rows ?? [];
  return {
    ...rest,
    ...(seen.length === 0 ? {} : { seen }),
    ...(sees === undefined ? {} : { rows: { snapshot: sees, ...(part ? { part } : {}) } }),
  };
});
const topic = fc.string({ minLength: 1 }).map((key) => `owner:${key}`);

it("A cursor says what was written into it, to every daemon of the same life of the database", () => {
  fc.assert(
    fc.property(topic, position, (name, written) => {
      const cursor = writeCursor(name, written);
      assert.deepEqual(cursorsOf(incarnation).read(name, cursor), written);
    }),
  );
});

it("A cursor of another topic, another life, or with one bit changed, says nothing", () => {
  fc.assert(
    fc.property(topic, position, fc.nat(), (name, written, at) => {
      const cursors = cursorsOf(incarnation);
      const cursor = writeCursor(name, written);
      assert.equal(cursors.read(`${name}0`, cursor), undefined);
      assert.equal(cursorsOf(newSecret()).read(name, cursor), undefined);
      const next = cursorsOf(incarnation);
      next.begin(newSecret());
      assert.equal(next.read(name, cursor), undefined);
      const bytes = Buffer.from(cursor);
      bytes.writeUInt8((bytes[at % bytes.length] ?? 0) ^ 1, at % bytes.length);
      assert.equal(cursors.read(name, bytes.toString()), undefined);
    }),
  );
});

it("A cursor shows no transaction: neither its id, nor how far two are apart, nor whether any is in progress", () => {
  const xids = fc.bigInt({ min: 2n ** 24n, max: 2n ** 40n });
  const sealedAt = (snapshot: string): Buffer =>
    Buffer.from(writeCursor("owner:7", { incarnation, snapshot, asOf: 1_778_245_509_123_456 }).slice(22), "base64url");
  fc.assert(
    fc.property(xids, (xmin) => {
      const [quiet, busy] = [sealedAt(`${xmin}:${xmin}:`), sealedAt(`${xmin}:${xmin + 4n}:${xmin + 1n}`)];
      for (const digits of [xmin.toString(16), xmin.toString(), xmin.toString(36)])
        assert.ok(!quiet.toString("latin1").includes(digits));
      assert.equal(quiet.length, busy.length);
      const same = quiet.filter((byte, at) => byte === busy[at]).length;
      assert.ok(same < quiet.length / 2, `${same} bytes of ${quiet.length} are the same`);
    }),
  );
});

it("An event's id signs no cursor, whatever topics, events and rows are called", () => {
  const [name, payload] = ["booking_created", "bookings.1.~~2.1".padEnd(36)];
  const signature = eventId(incarnation, name, payload);
  const forged = `${signature}${seal(incarnation, signature, Buffer.from(payload)).toString("base64url")}`;
  assert.equal(cursorsOf(incarnation).read(name, forged), undefined);
});

it("Any text is as good as none, however long", () => {
  const cursors = cursorsOf(incarnation);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => cursors.read("1", text) === undefined));
  assert.equal(cursors.read("1", "A".repeat(1_000_000)), undefined);
  assert.equal(new Cursors().read("1", "AAAA"), undefined);
});

it("A position that would make a cursor too long is written as one that says nothing", () => {
  const running = Array.from({ length: 5_000 }, (_, index) => 10 + 2 * index);
  const cursors = cursorsOf(incarnation);
  const cursor = writeCursor("1", { incarnation, snapshot: `10:99999:${running.join(",")}`, asOf: 0 });
  assert.ok(cursor.length < 10);
  assert.equal(cursors.read("1", cursor), undefined);
});
