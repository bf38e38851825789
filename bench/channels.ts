/** What channels cost: a message on its way to a member, a room of very many, many rooms under load, connections on which nothing happens. */
import type { BenchRun } from "./bench-run.ts";
import { CHAT_CONFIG, createChat, INSERT_MESSAGE, memberOf, roomTopic } from "./channels/chat.ts";
import { benchIdleRooms } from "./channels/idle-rooms.ts";
import { benchMessageLatency } from "./channels/message-latency.ts";
import { benchMessageLoad } from "./channels/message-load.ts";
import { benchPresence } from "./channels/presence.ts";
import { benchFanOut } from "./wire/fan-out.ts";

/** Those that messages are sent to, and all that there are. */
const ROOMS = { busy: 200, all: 1_000, members: 20, messages: 100_000 };

export async function benchChannels(run: BenchRun): Promise<void> {
  const { server, report, quick } = run;
  const database = "channels";
  const [busy, rooms] = quick ? [20, 100] : [ROOMS.busy, ROOMS.all];
  report.conditions(
    await server.describe(),
    `${rooms} rooms of ${ROOMS.members} members, ${ROOMS.messages} messages before; the rest with each part`,
  );
  const session = await server.createDatabase(database);
  const daemonUrl = await createChat(session, server.url(database), { ...ROOMS, rooms });
  await benchMessageLatency(run, database, daemonUrl);
  await benchFanOut(run, {
    database,
    daemonUrl,
    options: { DELTAD_CONFIG: CHAT_CONFIG },
    topic: roomTopic(1),
    audience: "members' sockets of one room",
    token: (daemon) => daemon.userToken(memberOf(1, 1)),
    write: { text: INSERT_MESSAGE, values: [1, memberOf(1, 1)] },
  });
  await benchIdleRooms(run, daemonUrl, { rooms: busy, members: ROOMS.members });
  await benchMessageLoad(run, database, daemonUrl, { rooms: busy, members: ROOMS.members });
  await benchPresence(run, database, daemonUrl, rooms);
}
