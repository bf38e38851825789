import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { nextPresence, type PresenceList, UNKNOWN } from "../../../client/channels/presence-list.ts";

type Frame = Parameters<typeof nextPresence>[1];
type Shown = readonly [user: string, { state?: unknown; away?: true }];

const frame = (rest: Partial<Frame>): Frame => ({ type: "presence", timestamp: 0, topic: "room:1", count: 0, ...rest });
const after = (...frames: readonly Partial<Frame>[]): PresenceList =>
  frames.reduce((list, each) => nextPresence(list, frame(each)), UNKNOWN);
const names = ({ users }: PresenceList) => users?.map(({ user }) => user).join(" ");

it("who is there comes whole, then by what has changed, in order of their names", () => {
  const whole = {
    count: 2,
    users: [
      ["eve", {}],
      ["ana", { state: { mood: "good" }, away: true }],
    ],
  } as Partial<Frame>;
  const list = after(whole);
  assert.deepEqual(list, {
    users: [
      { user: "ana", state: { mood: "good" }, isAway: true },
      { user: "eve", state: undefined, isAway: false },
    ],
    count: 2,
    isPartial: false,
  });
  const later = nextPresence(list, frame({ count: 2, joined: [["bob", {}]], updated: [["ana", {}]], left: ["eve"] }));
  assert.deepEqual(names(later), "ana bob");
  assert.deepEqual(later.users?.[0], { user: "ana", state: undefined, isAway: false });
});

it("what stays as it was is the same object: everything, the list, each user", () => {
  const users = [
    ["ana", { state: [1] }],
    ["bob", {}],
  ] as unknown as Shown[];
  const list = after({ count: 2, users: users as never });
  assert.equal(nextPresence(list, frame({ count: 2, users: JSON.parse(JSON.stringify(users)) as never })), list);
  const partial = nextPresence(list, frame({ count: 2, users: users as never, partial: true }));
  assert.deepEqual([partial.isPartial, partial.users === list.users], [true, true]);
  const moved = nextPresence(list, frame({ count: 2, updated: [["bob", { away: true }]] }));
  assert.deepEqual([moved.users?.[0] === list.users?.[0], moved.users?.[1] === list.users?.[1]], [true, false]);
});

it("that others can't be heard, or can again, is told with nobody who joined, and changes nobody", () => {
  const list = after({ count: 1, users: [["ana", {}]] });
  const partial = nextPresence(list, frame({ count: 1, joined: [], partial: true }));
  assert.deepEqual([partial.isPartial, partial.users === list.users], [true, true]);
  assert.deepEqual(nextPresence(partial, frame({ count: 1, joined: [] })), list);
});

it("of too many only the number is known, until all are named again", () => {
  const many = after({ count: 1, users: [["ana", {}]] }, { count: 201 });
  assert.deepEqual([many.users, many.count], [undefined, 201]);
  // A change of users who are not known names nobody.
  assert.equal(after({ count: 201 }, { count: 202, joined: [["bob", {}]] }).users, undefined);
  assert.equal(
    names(
      nextPresence(
        many,
        frame({
          count: 2,
          users: [
            ["bob", {}],
            ["ana", {}],
          ],
        }),
      ),
    ),
    "ana bob",
  );
});

it("after any changes, the list is whom a daemon that tells them has, and no user is another object for nothing", () => {
  const user = fc.constantFrom("ana", "bob", "eve", "__proto__", "");
  const shown = fc.record(
    { state: fc.constantFrom(1, "x", { a: [1] }), away: fc.constant(true as const) },
    { requiredKeys: [] },
  );
  const step = fc.tuple(fc.boolean(), fc.array(fc.tuple(user, fc.option(shown, { nil: undefined })), { maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const daemon = new Map<string, Shown[1]>();
      let list = after({ count: 0, users: [] });
      for (const [isWhole, changes] of steps) {
        const told = {
          joined: new Map<string, Shown[1]>(),
          updated: new Map<string, Shown[1]>(),
          left: new Set<string>(),
        };
        const before = new Map(daemon);
        for (const [name, is] of changes) {
          if (is) daemon.set(name, is);
          else daemon.delete(name);
        }
        for (const [name, is] of daemon)
          if (!before.has(name)) told.joined.set(name, is);
          else if (before.get(name) !== is) told.updated.set(name, is);
        for (const name of before.keys()) if (!daemon.has(name)) told.left.add(name);
        const { joined, updated, left } = told;
        // A daemon says nothing where nothing has changed.
        if (!isWhole && joined.size + updated.size + left.size === 0) continue;
        const said = isWhole ? { users: [...daemon] } : { joined: [...joined], updated: [...updated], left: [...left] };
        const next = nextPresence(list, frame({ count: daemon.size, ...said }));
        const expected = [...daemon]
          .map(([name, { state, away = false }]) => ({ user: name, state, isAway: away }))
          .toSorted((a, b) => (a.user < b.user ? -1 : 1));
        assert.deepEqual([next.users, next.count], [expected, daemon.size]);
        for (const person of next.users ?? []) {
          const known = list.users?.find(({ user: name }) => name === person.user);
          if (known && JSON.stringify(known) === JSON.stringify(person)) assert.equal(person, known);
        }
        list = next;
      }
    }),
  );
});
