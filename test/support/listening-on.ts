import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";

/** Has a server listen on this machine alone; gives its port, a free one unless it is named. */
export async function listeningOn(server: Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
