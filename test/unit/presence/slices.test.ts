import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import type { Member } from "../../../daemon/presence/member.ts";
import { MemberSet } from "../../../daemon/presence/member-set.ts";
import { lengthOf, memberOf, type Slice } from "../../../daemon/presence/presence-message.ts";
import { absentBy, Slices } from "../../../daemon/presence/slices.ts";

/** Two or three users. */
const MOST_CHARACTERS = 80;
const PARTS = 256;

const member = (user: string, saidAt: number): Member => ({
  node: "a",
  topic: "room:1",
  user,
  state: undefined,
  saidAt,
  isAway: false,
});
const setOf = (members: readonly (readonly [user: number, saidAt: number])[]): MemberSet => {
  const set = new MemberSet();
  for (const [user, saidAt] of members) set.put(member(`u${user}`, saidAt));
  return set;
};
const hear = (held: MemberSet, slice: Slice): void => {
  for (const { topic, user } of absentBy(slice, held)) held.delete(topic, user);
  for (const one of slice[3]) held.put(memberOf(one, "a"));
};
/** About four users in each part. */
const users = fc.array(fc.tuple(fc.nat(1_500), fc.nat(1)), { minLength: 1_000, maxLength: 1_000 });
const written = (members: Iterable<Member>): string =>
  [...members]
    .map(({ user, saidAt }) => `${user} ${saidAt}`)
    .toSorted()
    .join();

it("Who hears all slices holds what is said, whatever they held; of slices that were lost they hold what they did, and no slice is longer than the most by more than a user", () => {
  fc.assert(
    fc.property(users, users, fc.nat(5), (said, known, lostEach) => {
      const [ours, held, before] = [setOf(said), setOf(known), setOf(known)];
      const slices = new Slices(ours);
      const lost: Slice[] = [];
      const tellAll = (hears: (nth: number) => boolean): void => {
        for (let part = 0; part < PARTS; part += 1) slices.add(part);
        for (let nth = 0; !slices.isEmpty; nth += 1)
          for (const slice of slices.take(MOST_CHARACTERS)) {
            const longest = MOST_CHARACTERS + 40;
            assert.ok(slice[3].reduce((sum, one) => sum + lengthOf(one), 0) < longest);
            if (hears(nth)) hear(held, slice);
            else lost.push(slice);
          }
      };
      tellAll((nth) => nth % 6 !== lostEach);
      for (const [part, after, upTo] of lost) {
        const all: Slice = [part, after, upTo, []];
        assert.equal(written(absentBy(all, held)), written(absentBy(all, before)));
      }
      tellAll(() => true);
      assert.ok(written(held) === written(ours));
      assert.equal(held.digest, ours.digest);
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

it("A part that is told again while it is told begins anew", () => {
  const ours = setOf(Array.from({ length: 5_000 }, (_, at) => [at, 0] as const));
  const slices = new Slices(ours);
  slices.add(0);
  const [first] = slices.take(100);
  assert.notEqual(first?.[2], null);
  slices.add(0);
  assert.deepEqual(slices.take(100), [first]);
  const rest: Slice[] = [];
  while (!slices.isEmpty) rest.push(...slices.take(100));
  const told = [first, ...rest].flatMap((slice) => slice?.[3] ?? []);
  assert.deepEqual(
    told.map(([, user]) => user).toSorted(),
    ours
      .part(0)
      .map(({ user }) => user)
      .toSorted(),
  );
});
