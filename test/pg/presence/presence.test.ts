import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { TestEventStream } from "../../support/event-stream.ts";
import { presenceAt, showsTyping, showsUsers } from "../../support/presence-at.ts";
import { eventually } from "../../support/real-time.ts";
import { answerTo, enter, openRooms, type Rooms } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";
import type { TestSocket } from "../../support/socket.ts";
import { availableTransports } from "../../support/transports.ts";

const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, host, name) select i, 7, 'ana', 'r' from generate_series(1, 9) i;
  insert into room_members (room_id, user_id) select i, unnest(array['ana', 'bob', 'cid']) from generate_series(1, 9) i;`;

const transports = await availableTransports();

await onEachServer("presence over sockets", (server) => {
  for (const transport of transports) {
    describe(transport, () => {
      let rooms: Rooms;
      let room = 0;
      let count = 0;

      before(async () => {
        rooms = await openRooms(server, ROWS, { DELTAD_TRANSPORT: transport });
      });
      after(() => rooms.daemon.stop());

      const nextId = (): string => `q${(count += 1)}`;
      const come = async (sub: string | undefined, topic: string, claims: object = {}): Promise<TestSocket> => {
        const socket = await enter(rooms, { ...(sub !== undefined && { sub }), ...claims });
        const answer = await answerTo(socket, { type: "subscribe", id: nextId(), topic });
        assert.ok(["rows", "ack"].includes(answer), socket.bytes.join(" "));
        // On a busy machine a room may be stale for a moment: its rows come behind the answer then.
        await eventually(`rows of ${topic}`, () => socket.frames.some(({ type }) => type === "rows"));
        return socket;
      };
      const nextRoom = (): string => `room:${(room += 1)}`;

      it("who subscribes is there for the others, after their rows; who is gone has left", async () => {
        const topic = nextRoom();
        const ana = await come("ana", topic);
        const bob = await come("bob", topic);
        await showsUsers(ana, topic, "ana", "bob");
        await showsUsers(bob, topic, "ana", "bob");
        const told = bob.heard.map(({ type }) => type).filter((type) => type !== "heartbeat");
        assert.deepEqual(told.slice(0, 4), ["welcome", "rows", "presence", "typing"]);
        const state = { place: "kitchen" };
        assert.equal(await answerTo(bob, { type: "present", id: nextId(), topic, state, away: true }), "ack");
        await eventually("what bob said", () => {
          const said = presenceAt(ana, topic).users?.get("bob");
          return JSON.stringify(said) === JSON.stringify({ state, away: true });
        });
        bob.terminate();
        await showsUsers(ana, topic, "ana");
        assert.deepEqual(presenceAt(ana, topic).news, ["+bob", "-bob"]);
        ana.terminate();
      });

      it("who is removed is gone at once, with the batch, and hears of it before anybody comes in", async () => {
        const topic = nextRoom();
        const [ana, bob] = [await come("ana", topic), await come("bob", topic)];
        await showsUsers(ana, topic, "ana", "bob");
        await rooms.database.query(`delete from room_members where user_id = 'bob' and room_id = ${room}`);
        assert.equal((await bob.next("topic_closed")).reason, "removed");
        const cid = await come("cid", topic);
        await showsUsers(ana, topic, "ana", "cid");
        await bob.settle();
        assert.ok(!Buffer.concat(bob.bytes).includes('"cid"'));
        const closed = bob.heard.findIndex(({ type }) => type === "topic_closed");
        assert.deepEqual(
          bob.heard.slice(closed + 1).filter((frame) => "topic" in frame && frame.topic === topic),
          [],
        );
        for (const socket of [ana, bob, cid]) socket.terminate();
      });

      it("who types does until they stop, unsubscribe or are cut", async () => {
        const topic = nextRoom();
        const ana = await come("ana", topic);
        const ends: readonly ((bob: TestSocket) => unknown)[] = [
          (bob) => bob.say({ type: "typing", topic, on: false }),
          (bob) => bob.say({ type: "unsubscribe", id: nextId(), topic }),
          (bob) => bob.terminate(),
        ];
        for (const end of ends) {
          const bob = await come("bob", topic);
          bob.say({ type: "typing", topic, on: true });
          await showsTyping(ana, topic, "bob");
          end(bob);
          await showsTyping(ana, topic);
          bob.terminate();
        }
        ana.terminate();
      });

      it("a lost stop ends by itself, and a room that is left for another is left", async () => {
        const [topic, other] = [nextRoom(), nextRoom()];
        const [ana, bob] = [await come("ana", topic), await come("bob", topic)];
        bob.say({ type: "typing", topic, on: true });
        await showsTyping(ana, topic, "bob");
        await showsTyping(ana, topic);
        bob.say({ type: "unsubscribe", id: nextId(), topic });
        assert.equal(await answerTo(bob, { type: "subscribe", id: nextId(), topic: other }), "rows");
        await showsUsers(bob, other, "bob");
        await showsUsers(ana, topic, "ana");
        for (const socket of [ana, bob]) socket.terminate();
      });

      it("C5 Nothing is dropped without a word: what is not shown and what is too much is refused by its code", async () => {
        const topic = nextRoom();
        const ana = await come("ana", topic);
        const present = { type: "present", topic, state: 1 } as const;
        const answers: string[] = [];
        for (let at = 0; at < 6; at += 1) answers.push(await answerTo(ana, { ...present, id: nextId() }));
        assert.deepEqual(answers, ["ack", "ack", "ack", "ack", "ack", "too_many_messages"]);
        const typing = { type: "typing", topic, on: true } as const;
        for (const answer of ["ack", "ack", "too_many_messages"])
          assert.equal(await answerTo(ana, { ...typing, id: nextId() }), answer);
        ana.say(typing);
        assert.equal((await ana.next("error")).code, "too_many_messages");
        assert.equal(await answerTo(ana, { ...typing, on: false, id: nextId() }), "ack");
        const large = { ...present, id: nextId(), state: "x".repeat(511) };
        ana.say(large);
        const { code, id } = await ana.next("error");
        assert.deepEqual([code, id], ["invalid_message", large.id]);
        assert.equal(await answerTo(ana, { ...present, topic: "room:9", id: nextId() }), "not_subscribed");
        assert.equal(await answerTo(ana, { type: "subscribe", id: nextId(), topic: "plaza:1" }), "rows");
        assert.equal(await answerTo(ana, { ...typing, topic: "plaza:1", id: nextId() }), "no_presence");
        assert.equal(await answerTo(ana, { ...present, topic: "plaza:1", id: nextId() }), "ack");
        const [nobody, root] = [
          await come(undefined, "plaza:1", { ownerId: 7 }),
          await come("root", "plaza:1", { role: "admin" }),
        ];
        for (const socket of [nobody, root]) {
          assert.equal(await answerTo(socket, { ...present, topic: "plaza:1", id: nextId() }), "no_presence");
          await showsUsers(socket, "plaza:1", "ana");
          socket.terminate();
        }
        ana.terminate();
      });

      it("who follows by server-sent events is there as well, and who asks once by HTTP is not", async () => {
        const topic = nextRoom();
        const ana = await come("ana", topic);
        const authorization = `Bearer ${rooms.daemon.token({ sub: "bob" })}`;
        for (const path of [`/v1/topics/${topic}`, `/v1/topics/${topic}/rows/messages?before=z`])
          await fetch(`http://127.0.0.1:${rooms.port}${path}`, {
            headers: { authorization: `Bearer ${rooms.daemon.token({ sub: "cid" })}` },
          });
        const stream = await TestEventStream.open(rooms.port, `?topic=${topic}`, { authorization });
        await showsUsers(ana, topic, "ana", "bob");
        assert.equal((await stream.next("presence")).frame.count, 2);
        assert.ok(!presenceAt(ana, topic).news.includes("+cid"));
        stream.leave();
        ana.terminate();
      });
    });
  }
});
