import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A subscriber of owner 7 that does nothing after its snapshot but to take bytes, or not even that. */
export async function rawSubscriber(port: number, token: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  const message = Buffer.from(JSON.stringify({ type: "subscribe", id: "s", ownerId: "7" }));
  const mask = Buffer.alloc(4);
  socket.write(
    `GET /v1/stream HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n` +
      `sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nauthorization: Bearer ${token}\r\n\r\n`,
  );
  await once(socket, "data");
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | message.length]), mask, message]));
  for (let snapshot = ""; !snapshot.includes('"snapshot"'); ) snapshot += String((await once(socket, "data"))[0]);
  return socket;
}
