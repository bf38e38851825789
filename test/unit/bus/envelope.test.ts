import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { it } from "node:test";
import fc from "fast-check";
import { type Envelope, Sealing } from "../../../daemon/bus/envelope.ts";

const newSecret = (): string => randomBytes(32).toString("hex");
const secret = newSecret();
const name = fc.string({ minLength: 1, maxLength: 64 });
const common = { node: name, count: fc.nat(), said: fc.nat() };
const said: fc.Arbitrary<Envelope> = fc.record(
  { type: fc.constant("said" as const), ...common, kind: name, body: fc.jsonValue() },
  { noNullPrototype: true },
);

it("What a daemon says is read by every daemon of the same life of the database", () => {
  fc.assert(
    fc.property(said, (envelope) => {
      const read = new Sealing(secret).read(new Sealing(secret).write(envelope));
      assert.deepEqual(read, JSON.parse(JSON.stringify(envelope)));
    }),
  );
});

it("A message of another database or another life is foreign; one with any bit changed, or cut short, is nobody's", () => {
  fc.assert(
    fc.property(said, fc.nat(), fc.nat(), (envelope, at, bit) => {
      const sealing = new Sealing(secret);
      const message = sealing.write(envelope);
      assert.equal(new Sealing(newSecret()).read(message), "foreign");
      const altered = Buffer.from(message);
      const place = at % altered.length;
      altered.writeUInt8(altered.readUInt8(place) ^ (1 << (bit % 8)), place);
      assert.ok(["foreign", "forged"].includes(sealing.read(altered) as string));
      assert.ok(["foreign", "forged"].includes(sealing.read(message.subarray(0, place)) as string));
    }),
  );
});

it("Who listens on the bus reads neither who says something nor what", () => {
  const envelope: Envelope = {
    type: "said",
    node: "a-node",
    count: 1,
    said: 1,
    kind: "presence",
    body: "anastasia is here",
  };
  const message = Buffer.from(new Sealing(secret).write(envelope)).toString("latin1");
  for (const word of ["a-node", "presence", "anastasia"]) assert.ok(!message.includes(word));
});

it("Any bytes are as good as none", () => {
  const sealing = new Sealing(secret);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => sealing.read(bytes) === "foreign"));
});
