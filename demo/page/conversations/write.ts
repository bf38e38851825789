/** Writes by the marketplace's own server. What is written comes back as a row, to everybody alike. */
import type { Failure } from "./words.ts";

export interface Writer {
  readonly token: string;
  readonly conversation: string;
}

/** Each resolves to why it was not done; undefined: it was. */
export function sendMessage(writer: Writer, body: string): Promise<Failure | undefined> {
  return request(writer, "POST", "", { body });
}

export function changeMessage(writer: Writer, message: string, body: string): Promise<Failure | undefined> {
  return request(writer, "PATCH", `/${message}`, { body });
}

export function removeMessage(writer: Writer, message: string): Promise<Failure | undefined> {
  return request(writer, "DELETE", `/${message}`);
}

async function request(
  { token, conversation }: Writer,
  method: string,
  path: string,
  body?: object,
): Promise<Failure | undefined> {
  try {
    const answer = await fetch(`./conversations/${conversation}/messages${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return answer.ok ? undefined : (FAILURES[answer.status] ?? "away");
  } catch {
    return "away";
  }
}

const FAILURES: Readonly<Record<number, Failure>> = {
  400: "text",
  401: "token",
  403: "member",
  404: "missing",
  413: "text",
};
