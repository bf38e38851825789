import { once } from "node:events";
import type { Socket } from "node:net";
import { rawFrame, rawWebSocket } from "./raw-websocket.ts";

/** A subscriber of owner 7 that does nothing after its snapshot but to take bytes, or not even that. */
export async function rawSubscriber(port: number, token: string): Promise<Socket> {
  const socket = await rawWebSocket(port, token);
  socket.write(rawFrame(0x81, JSON.stringify({ type: "subscribe", id: "s", topic: "owner:7" })));
  for (let snapshot = ""; !snapshot.includes('"snapshot"'); ) snapshot += String((await once(socket, "data"))[0]);
  return socket;
}
