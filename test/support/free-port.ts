import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/**
 * A port for a server that will be started again on it. Port 0 won't do: uWebSockets.js leaves out SO_REUSEADDR then, and connections
 * that linger keep the port for a minute.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
