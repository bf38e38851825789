import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { type KnownEvents, replayKnown } from "../../../daemon/resume/owner-replay.ts";
import { parseSnapshot, sees } from "../../../daemon/stream/snapshot.ts";
import type { StreamPosition } from "../../../daemon/stream/stream-position.ts";
import { cases } from "../../support/cases.ts";
import { replayed } from "../../support/replayed.ts";

const event = (id: string) => ({ id, name: "sold", data: {} });

it("What is known goes on from the position of any event with exactly what followed it, in a transaction of any size too", async () => {
  const transaction = fc.record({
    xid: fc.integer({ min: 100, max: 120 }).map(BigInt),
    events: fc.integer({ min: 1, max: 60 }),
  });
  const list = fc.uniqueArray(transaction, { selector: ({ xid }) => xid, minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(list, fc.integer({ min: 0, max: 3 }), fc.nat(), async (transactions, guests, cut) => {
      const upto = { incarnation: "i", snapshot: "200:200:", asOf: 9 };
      const known = (since: StreamPosition): KnownEvents => ({
        written: transactions
          .filter(({ xid }) => !sees(parseSnapshot((since.rows ?? since).snapshot), xid))
          .flatMap(({ xid, events }) =>
            Array.from({ length: events }, (_, nth) => ({ xid, event: event(`${xid}/${nth}`) })),
          ),
        occupants:
          since.asOf === upto.asOf ? [] : Array.from({ length: guests }, (_, guest) => event(`guest ${guest}`)),
      });
      const replay = async (since: StreamPosition) =>
        (await replayed(replayKnown(known(since), { since, upto }))) ?? [];
      const whole = await replay({ incarnation: "i", snapshot: "100:100:", asOf: 0 });
      const ids = whole.map((one) => one.event.id);
      const place = cut % whole.length;
      const rest = await replay(whole[place]?.position ?? upto);
      assert.deepEqual(
        rest.map((one) => one.event.id),
        ids.slice(place + 1),
      );
      assert.deepEqual(whole.at(-1)?.position, upto);
    }),
    cases(100),
  );
});
