/** Answers requests by uWebSockets.js, which ends the process where one is answered after it was aborted. */
import { STATUS_CODES } from "node:http";
import type { Request, Response } from "./transport.ts";
import type { Exchange, UwsConnections } from "./uws-connections.ts";
import { type EventStreamContext, openEventStream, type StreamedResponse } from "./uws-event-stream.ts";

/** What of the library's response an answer uses. */
interface AnsweredResponse extends StreamedResponse {
  writeStatus(status: string): unknown;
  writeHeader(name: string, value: string): unknown;
  endWithoutBody(length?: number): unknown;
  tryEnd(rest: Uint8Array, length: number): [boolean, boolean];
  getWriteOffset(): number;
  onAborted(handler: () => void): unknown;
}

interface AnswerContext extends EventStreamContext {
  readonly connections: UwsConnections;
  readonly exchange: Exchange;
}

/**
 * Answers once; an aborted request is let go. The answer waits for the end of the packet that brought the request: what else came in it is
 * no longer read then, since the library ends a connection that asks again before it has its answer.
 */
export function responder(
  native: AnsweredResponse,
  { method, remoteAddress }: Request,
  context: AnswerContext,
): (response: Response) => void {
  const { connections, guard, exchange } = context;
  let isAnswered = false;
  let isAborted = false;
  let onAborted = (): void => connections.leave(remoteAddress);
  native.onAborted(() => {
    isAborted = true;
    exchange.body?.stop();
    onAborted();
  });
  const write = ({ status, headers, body }: Response): boolean => {
    let isOver = true;
    native.cork(() => {
      native.writeStatus(`${status} ${STATUS_CODES[status]}`);
      for (const [name, value] of Object.entries(headers)) native.writeHeader(name, value);
      if (typeof body === "function") {
        connections.leave(remoteAddress);
        onAborted = () => undefined;
        onAborted = openEventStream(native, body, context);
        isOver = false;
      } else if (status === 304) native.endWithoutBody();
      else if (method === "HEAD") native.endWithoutBody(Buffer.byteLength(body));
      else isOver = endAsTaken(native, typeof body === "string" ? Buffer.from(body) : body, context);
    });
    return isOver;
  };
  const answer = guard(
    "an answer",
    (response: Response) => {
      if (isAborted) return;
      if (exchange.handle === undefined) native.close();
      else connections.answer(exchange, () => write(response));
    },
    () => native.close(),
  );
  return (response) => {
    if (isAnswered || isAborted) return;
    isAnswered = true;
    // The library can't both answer and leave alone what else came in the same packet.
    if (response.headers["connection"] === "close") native.close();
    else setImmediate(answer, response);
  };
}

/**
 * Answers with as much as the peer takes. The library would copy the rest, and a few bytes that ask for a page a thousand times would fill
 * the memory; a request that comes before the last one's answer is complete ends the connection instead.
 * @returns whether all of it was taken at once
 */
function endAsTaken(
  native: AnsweredResponse,
  body: Uint8Array,
  { guard, connections, exchange }: AnswerContext,
): boolean {
  const start = native.getWriteOffset();
  const endFrom = (offset: number): boolean => native.tryEnd(body.subarray(offset - start), body.length)[1];
  const go = guard(
    "an answer",
    (offset: number) => connections.answer(exchange, () => endFrom(offset)),
    () => native.close(),
  );
  native.onWritable((offset) => {
    go(offset);
    return true;
  });
  return endFrom(start);
}
