/** The least that can carry a row to a page: listens with node-postgres, sends each notification to every WebSocket. Arguments: database URL. */
import pg from "pg";
import { WebSocketServer } from "ws";

const [databaseUrl] = process.argv.slice(2);
const listener = new pg.Client({ connectionString: databaseUrl });
await listener.connect();
await listener.query("listen bookings");

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
listener.on("notification", ({ payload = "" }) => {
  for (const client of server.clients) client.send(payload);
});
server.once("listening", () => {
  const address = server.address();
  process.send?.(typeof address === "object" ? address?.port : undefined);
});
process.once("disconnect", () => process.exit());
