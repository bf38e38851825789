import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { GREETING_MS } from "../../../daemon/presence/exchange.ts";
import { LEAVE_MS } from "../../../daemon/presence/roster.ts";
import { LossyBus } from "../../support/lossy-bus.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { type PresenceClient, PresenceDaemon } from "../../support/presence-rig.ts";

/** Longer than anybody may take to come back, and than leaves are told together. */
const GONE_MS = LEAVE_MS + 1_500;

describe("who is at a channel of one daemon", () => {
  let clock: ManualClock;
  let daemon: PresenceDaemon;
  beforeEach(() => {
    clock = new ManualClock();
    daemon = new PresenceDaemon("a", new LossyBus(), clock);
    // It knows that it is alone.
    clock.advance(GREETING_MS + 10);
  });
  const join = (user: string | undefined): PresenceClient => {
    const client = daemon.join(user);
    clock.advance(60);
    return client;
  };
  const usersOf = ({ shown }: PresenceClient): string[] => [...(shown.users?.keys() ?? [])];

  it("who comes is told all after the snapshot, themselves included, and others are told who came", () => {
    const ana = join("ana");
    const bob = join("bob");
    assert.deepEqual(
      ana.heard.map(({ type }) => type),
      ["snapshot", "presence", "typing", "presence"],
    );
    assert.deepEqual(
      [usersOf(ana), usersOf(bob)],
      [
        ["ana", "bob"],
        ["ana", "bob"],
      ],
    );
    assert.deepEqual([ana.news(), bob.news()], [["+bob"], []]);
  });

  it("thousands who come at once are told all with few frames, not each a difference", () => {
    const first = join("first");
    first.heard.length = 0;
    const all = Array.from({ length: 150 }, (_, at) => daemon.join(`u${at}`));
    clock.advance(200);
    for (const one of all) {
      assert.deepEqual(one.heard.map(({ type }) => type).slice(0, 3), ["snapshot", "presence", "typing"]);
      assert.ok(!one.news().includes(`+${one.user}`), "finds itself in what it is told");
    }
    assert.ok(first.heard.length <= 3, String(first.heard.length));
    assert.equal(first.shown.users?.size, 151);
  });

  it("of two tabs one closes: nobody is told; with the last the user leaves, ten seconds later, and not if one is back", () => {
    const ana = join("ana");
    const [one, two] = [join("bob"), join("bob")];
    ana.heard.length = 0;
    one.leave();
    clock.advance(GONE_MS);
    two.leave();
    clock.advance(LEAVE_MS - 100);
    const three = join("bob");
    clock.advance(GONE_MS);
    assert.deepEqual(ana.heard, []);
    assert.deepEqual(three.news(), []);
    three.leave();
    clock.advance(LEAVE_MS - 500);
    assert.deepEqual(ana.heard, []);
    clock.advance(GONE_MS);
    assert.deepEqual(ana.news(), ["+bob", "-bob"]);
  });

  it("what a client says of its user is told as an update, stays for who comes back in time, and goes with who leaves", () => {
    const ana = join("ana");
    const bob = join("bob");
    assert.equal(bob.present({ state: { at: [1, null] } }), undefined);
    clock.advance(60);
    assert.deepEqual(ana.shown.users?.get("bob"), { state: { at: [1, null] } });
    assert.deepEqual(ana.news(), ["+bob"]);
    bob.leave();
    clock.advance(5_000);
    const again = join("bob");
    assert.deepEqual(again.shown.users?.get("bob"), { state: { at: [1, null] } });
    assert.equal(again.present({ state: null }), undefined);
    clock.advance(60);
    assert.deepEqual(ana.shown.users?.get("bob"), {});
    assert.equal(again.present({ state: 7 }), undefined);
    again.leave();
    clock.advance(GONE_MS);
    assert.deepEqual(join("bob").shown.users?.get("bob"), {});
  });

  it("a user is away when all their connections say so, and back with the first", () => {
    const ana = join("ana");
    const [one, two] = [join("bob"), join("bob")];
    const away = (): unknown => {
      clock.advance(60);
      return (ana.shown.users?.get("bob") as { away?: true } | undefined)?.away;
    };
    one.present({ away: true });
    assert.equal(away(), undefined);
    two.present({ away: true });
    assert.equal(away(), true);
    two.leave();
    assert.equal(away(), true);
    one.present({ away: false });
    assert.equal(away(), undefined);
    one.present({ away: true });
    assert.equal(away(), true);
    const three = join("bob");
    assert.equal(away(), undefined);
    three.leave();
    assert.equal(away(), true);
  });

  it("who is removed is gone at once", () => {
    const ana = join("ana");
    const [one, two] = [join("bob"), join("bob")];
    one.leave(true);
    two.leave(true);
    clock.advance(60);
    assert.deepEqual(ana.news(), ["+bob", "-bob"]);
  });

  it("administrators and tokens without a sub are told, and shown to nobody, and what they say is refused", () => {
    const ana = join("ana");
    const nobody = join(undefined);
    const root = daemon.join("root", "room:1", true);
    clock.advance(60);
    assert.deepEqual([usersOf(nobody), usersOf(root)], [["ana"], ["ana"]]);
    for (const client of [nobody, root]) {
      assert.equal(client.present({ state: 1 }), "no_presence");
      assert.equal(client.types(), "no_presence");
      client.leave();
    }
    clock.advance(GONE_MS);
    assert.deepEqual(ana.news(), []);
  });

  it("a token of another role changes nothing of who is there: who was shown leaves, who was not never comes", () => {
    const ana = join("ana");
    const [one, two] = [join("bob"), join("bob")];
    const root = daemon.join("root", "room:1", true);
    one.isAdmin = true;
    root.isAdmin = false;
    assert.deepEqual([one.present({ away: true }), root.types()], [undefined, "no_presence"]);
    one.types();
    one.leave();
    root.leave();
    clock.advance(GONE_MS);
    assert.deepEqual([usersOf(ana), ana.shown.typing], [["ana", "bob"], []]);
    two.leave();
    clock.advance(GONE_MS);
    assert.deepEqual(ana.news(), ["+bob", "-bob"]);
  });

  it("of more than 200 only the number is told, once a second; of fewer again all", () => {
    const ana = join("ana");
    const others = Array.from({ length: 199 }, (_, at) => daemon.join(`u${at}`));
    clock.advance(100);
    assert.equal(ana.shown.users?.size, 200);
    const more = Array.from({ length: 10 }, (_, at) => daemon.join(`m${at}`));
    clock.advance(100);
    assert.deepEqual([ana.shown.users, ana.shown.count > 200], [undefined, true]);
    clock.advance(2_000);
    assert.equal(ana.shown.count, 210);
    ana.heard.length = 0;
    for (let at = 0; at < 50; at += 1) {
      daemon.join(`n${at}`);
      clock.advance(100);
    }
    assert.ok(ana.heard.length <= 6, String(ana.heard.length));
    clock.advance(1_000);
    assert.equal(ana.shown.count, 260);
    assert.equal(join("late").shown.count, 260);
    for (const client of [...daemon.clients].filter((one) => ![ana, ...others.slice(0, 100)].includes(one)))
      client.leave();
    clock.advance(GONE_MS + 1_000);
    assert.equal(ana.shown.users?.size, 101);
    assert.ok(more.length > 0);
  });

  it("who are many are told by name again when they are fewer than 180, and by number when they are more than 200", () => {
    const ana = join("ana");
    const others = Array.from({ length: 200 }, (_, at) => daemon.join(`u${at}`));
    clock.advance(2_000);
    const leave = (many: number): void => {
      for (const client of others.splice(0, many)) client.leave();
      clock.advance(GONE_MS + 1_000);
    };
    leave(21);
    assert.deepEqual([ana.shown.users, ana.shown.count], [undefined, 180]);
    leave(1);
    assert.equal(ana.shown.users?.size, 179);
    others.push(...Array.from({ length: 21 }, (_, at) => daemon.join(`m${at}`)));
    clock.advance(2_000);
    assert.equal(ana.shown.users?.size, 200);
  });

  it("whose sub is longer than 255 characters is told, and shown to nobody", () => {
    const ana = join("ana");
    assert.deepEqual(usersOf(join("b".repeat(256))), ["ana"]);
    join("c".repeat(255));
    assert.deepEqual(ana.news(), [`+${"c".repeat(255)}`]);
  });

  it("what changes nothing goes to nobody, but to who waits for it", () => {
    const [ana, bob] = [join("ana"), join("bob")];
    bob.types();
    clock.advance(60);
    daemon.flushes = 0;
    bob.types();
    clock.advance(60);
    assert.equal(daemon.flushes, 0);
    clock.advance(3_000);
    ana.blocked = true;
    bob.present({ state: 1 });
    bob.types();
    ana.heard.length = 0;
    ana.drained();
    assert.deepEqual(ana.heard, []);
    clock.advance(60);
    assert.deepEqual(
      ana.heard.map(({ type }) => type),
      ["presence", "typing"],
    );
  });

  it("a client that was blocked is told all when it has drained, and nothing of what was before", () => {
    const ana = join("ana");
    ana.blocked = true;
    ana.heard.length = 0;
    for (const user of ["bob", "cid", "dee"]) join(user).types();
    clock.advance(100);
    assert.deepEqual(ana.heard, []);
    ana.drained();
    clock.advance(60);
    assert.deepEqual(
      ana.heard.map(({ type }) => type),
      ["presence", "typing"],
    );
    assert.deepEqual(
      [usersOf(ana), ana.shown.typing],
      [
        ["ana", "bob", "cid", "dee"],
        ["bob", "cid", "dee"],
      ],
    );
    join("eve");
    assert.deepEqual(ana.news(), ["+eve"]);
  });

  it("who types does so for six seconds after the last sign, or until they say otherwise, leave or are removed", () => {
    const ana = join("ana");
    const ends: readonly ((bob: PresenceClient) => void)[] = [
      () => clock.advance(6_000),
      (bob) => bob.types(false),
      (bob) => bob.leave(),
      (bob) => bob.leave(true),
    ];
    for (const [at, end] of ends.entries()) {
      const bob = join(`bob${at}`);
      bob.types();
      clock.advance(60);
      assert.deepEqual(ana.shown.typing, [`bob${at}`]);
      clock.advance(3_500);
      bob.types();
      clock.advance(3_500);
      assert.deepEqual(ana.shown.typing, [`bob${at}`]);
      end(bob);
      clock.advance(60);
      assert.deepEqual(ana.shown.typing, [], String(at));
    }
  });

  it("who types in two tabs types until the last of them stops", () => {
    const ana = join("ana");
    const [one, two] = [join("bob"), join("bob")];
    one.types();
    two.types();
    two.leave();
    clock.advance(60);
    assert.deepEqual(ana.shown.typing, ["bob"]);
    one.types(false);
    clock.advance(60);
    assert.deepEqual(ana.shown.typing, []);
  });

  it("more than twenty typists are told by their number", () => {
    const ana = join("ana");
    for (let at = 0; at < 23; at += 1) daemon.join(`u${at}`).types();
    clock.advance(60);
    assert.deepEqual([ana.shown.typing.length, ana.shown.more], [20, 3]);
  });

  it("however many type, who types is looked through when somebody's time may be over, and not with each sign", (t) => {
    const ana = join("ana");
    const typists = Array.from({ length: 100 }, (_, at) => daemon.join(`u${at}`));
    clock.advance(100);
    const timers = t.mock.method(clock, "setTimeout").mock;
    for (const typist of [...typists, ...typists]) typist.types();
    assert.ok(timers.callCount() < 5, `${timers.callCount()} timers by 200 signs`);
    clock.advance(3_000);
    for (const typist of typists) typist.types();
    clock.advance(5_900);
    assert.equal(ana.shown.typing.length + ana.shown.more, 100);
    clock.advance(160);
    assert.deepEqual(ana.shown.typing, []);
    timers.restore();
  });

  it("too many words are refused: five updates in thirty seconds, a sign in three, but never that typing ends", () => {
    const bob = join("bob");
    const said = Array.from({ length: 6 }, (_, state) => bob.present({ state }));
    assert.deepEqual(said, [undefined, undefined, undefined, undefined, undefined, "too_many_messages"]);
    clock.advance(6_000);
    assert.equal(bob.present({ state: 1 }), undefined);
    assert.equal(bob.present({ state: 2 }), "too_many_messages");
    assert.deepEqual([bob.types(), bob.types(), bob.types()], [undefined, undefined, "too_many_messages"]);
    assert.deepEqual([bob.types(false), bob.types(false)], [undefined, undefined]);
    clock.advance(3_000);
    assert.deepEqual([bob.types(), bob.types()], [undefined, "too_many_messages"]);
  });

  it("who sends a message and types the next one is seen to type, as that one stops is never too much", () => {
    const ana = join("ana");
    const bob = join("bob");
    const seen: unknown[] = [];
    for (const isTyping of [true, false, true, false]) {
      seen.push(bob.types(isTyping));
      clock.advance(800);
      seen.push(ana.shown.typing.length);
    }
    assert.deepEqual(seen, [undefined, 1, undefined, 0, undefined, 1, undefined, 0]);
  });

  it("who unsubscribes and comes back may say no more than who stays", () => {
    const bob = join("bob");
    for (let state = 0; state < 5; state += 1) assert.equal(bob.present({ state }), undefined);
    assert.deepEqual([bob.types(), bob.types()], [undefined, undefined]);
    bob.leave();
    bob.subscribe();
    clock.advance(60);
    assert.deepEqual([bob.present({ state: 1 }), bob.types()], ["too_many_messages", "too_many_messages"]);
    assert.equal(join("bob").types(), undefined);
  });

  it("what is said before the first snapshot is to be said again, and not for good refused", () => {
    const bob = daemon.join("bob", "slow:1");
    assert.deepEqual([bob.present({ state: 1 }), bob.types()], ["unavailable", "unavailable"]);
    daemon.hub.publish("slow", "1", 0);
    assert.deepEqual([bob.present({ state: 1 }), bob.types()], [undefined, undefined]);
    bob.leave();
    assert.equal(bob.types(), "not_subscribed");
  });
});
