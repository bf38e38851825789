/** What a client makes of a channel that is too large, whatever way carries. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { WebSocket } from "ws";
import { openChannel } from "../../../client/channels/channel.ts";
import { type Client, createClient } from "../../../client/client.ts";
import type { WebSocketConstructor } from "../../../client/environment.ts";
import { withFallback } from "../../../client/fallback/with-fallback.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { eventually } from "../../support/real-time.ts";
import { answerTo, enter, openRooms, type Rooms } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";

const MOST_ROWS = 20;
const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, name) values (1, 7, 'one'), (2, 7, 'two');
  insert into room_members (room_id, user_id) values (1, 'ana'), (2, 'ana');
  insert into notes values ('kept', 1, 'note');`;
const TOO_MUCH = `insert into notes select 'n' || n, 1, 'note' from generate_series(1, ${MOST_ROWS}) n`;

await onEachServer("a channel that is too large", (server) => {
  let rooms: Rooms;

  before(async () => {
    rooms = await openRooms(server, ROWS, { DELTAD_MAX_ROWS: String(MOST_ROWS) });
  });
  after(() => rooms.daemon.stop());

  /** A client on which only this way carries, and its clock. */
  function clientBy(way: "WebSocket" | "stream" | "polling"): { readonly client: Client; readonly clock: ManualClock } {
    const clock = new ManualClock(Date.now());
    const blocked = function (url: string, protocol: string) {
      return new WebSocket(way === "WebSocket" ? url : url.replace("/v1/stream", "/nowhere"), protocol);
    } as unknown as WebSocketConstructor;
    const carried: typeof fetch = async (input, init) =>
      way === "polling" && new Request(input).url.includes("/v1/stream")
        ? new Response("a proxy's", { status: 502 })
        : fetch(input, init);
    const client = createClient({
      url: rooms.daemon.url,
      getToken: () => rooms.daemon.token({ sub: "ana" }),
      onError: (error) => assert.fail(String(error)),
      environment: {
        ...clock.parts,
        random: () => 0,
        WebSocket: withFallback({ ...clock.parts, WebSocket: blocked, fetch: carried }),
      },
    });
    return { client, clock };
  }

  for (const way of ["WebSocket", "stream", "polling"] as const) {
    it(`is refused by its own code, alone, and is asked for again until it is not, by ${way}`, async () => {
      const { client, clock } = clientBy(way);
      const socket = await enter(rooms, { sub: "ana" });
      const ask = (): Promise<string> =>
        answerTo(socket, { type: "subscribe", id: `s${socket.heard.length}`, topic: "room:1" });
      const answers = async (wanted: string): Promise<void> => {
        let answer = "";
        // The daemon has not read of it at once.
        while (answer !== wanted) answer = await ask();
      };
      const [large, other] = ["1", "2"].map((id) => openChannel(client, "room", id).rows("notes"));
      if (!large || !other) throw new Error("two channels");
      const connectionOf = (rows: typeof large) => rows.getSnapshot().connection;
      const shows = (rows: typeof large, state: string): Promise<void> =>
        eventually(
          () => `${way}: ${state}, ${JSON.stringify([connectionOf(large), connectionOf(other)])}`,
          () => connectionOf(rows).state === state,
        );
      await rooms.database.query(TOO_MUCH);
      await answers("too_large");
      let stopLarge = large.subscribe(() => undefined);
      const stopOther = other.subscribe(() => undefined);
      client.connect();
      for (let rung = 0; rung < ["WebSocket", "stream", "polling"].indexOf(way); rung += 1) {
        await shows(other, "retrying");
        clock.advance(1_000);
        await eventually("another try", () => connectionOf(other).state !== "retrying");
      }
      await shows(other, "live");
      await shows(large, "closed");
      const { cause } = connectionOf(large) as Extract<ReturnType<typeof connectionOf>, { state: "closed" }>;
      assert.deepEqual([cause.kind, cause.code], ["nack", "too_large"]);

      if (way === "WebSocket") {
        const waiting = clock.pending;
        stopLarge();
        await shows(large, "connecting");
        assert.equal(clock.pending, waiting - 1, "nobody waits for it any more");
        stopLarge = large.subscribe(() => undefined);
        await shows(large, "closed");
      }

      const states: string[] = [];
      let refusals = 0;
      const stop = large.subscribe(() => {
        const { state } = connectionOf(large);
        if (state === "closed") refusals += 1;
        if (states.at(-1) !== state) states.push(state);
      });
      // Once while it still is, and once when it is no more.
      clock.advance(15_000);
      await eventually("a second refusal", () => refusals === 1);
      await rooms.database.query("delete from notes where slug like 'n%'");
      await answers("rows");
      clock.advance(15_000);
      await shows(large, "live");
      assert.deepEqual(states, ["closed", "live"], "it is shown as refused until it is not");
      assert.deepEqual(
        large.getSnapshot().items?.map(({ key }) => key),
        ["kept"],
      );
      assert.equal(connectionOf(other).state, "live");

      stop();
      stopLarge();
      stopOther();
      client.close();
      assert.equal(clock.pending, 0);
    });
  }
});
