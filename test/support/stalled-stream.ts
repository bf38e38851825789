import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A reader of a stream of server-sent events that has its snapshot and reads nothing after it. Rejects where it is refused. */
export async function stalledStream(port: number, token: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.setEncoding("utf8");
  socket.on("error", () => {});
  socket.write(
    `GET /v1/stream HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\nauthorization: Bearer ${token}\r\n\r\n`,
  );
  for (let text = ""; !text.includes('"snapshot"'); ) {
    text += String((await once(socket, "data"))[0]);
    if (!text.startsWith("HTTP/1.1 200")) throw new Error(`a reader was refused: ${text}`);
  }
  socket.pause();
  return socket;
}
