/** WebSocket by the byte, for what no client library would send. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** The bytes of a handshake. */
export function rawHandshake(token?: string): string {
  const authorization = token === undefined ? "" : `authorization: Bearer ${token}\r\n`;
  return (
    "GET /v1/stream HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n" +
    `sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n${authorization}\r\n`
  );
}

/** After the handshake; with a token, authenticated. */
export async function rawWebSocket(port: number, token?: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(rawHandshake(token));
  await once(socket, "data");
  return socket;
}

/** A masked frame, the mask being nothing. `head`: FIN (0x80) and opcode. */
export function rawFrame(head: number, payload = ""): Buffer {
  const bytes = Buffer.from(payload);
  const length = bytes.length < 126 ? [0x80 | bytes.length] : [0xfe, bytes.length >> 8, bytes.length & 0xff];
  return Buffer.concat([Buffer.from([head, ...length, 0, 0, 0, 0]), bytes]);
}
