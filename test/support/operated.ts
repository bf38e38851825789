/** Daemons of the rooms with a listener for operators, and what is asked there. */
import assert from "node:assert/strict";
import { freePort } from "../../daemon/database/cluster.ts";
import { eventually } from "./real-time.ts";
import { another, type Rooms } from "./rooms.ts";

/** May read, and may act. */
export const [READER, ACTOR] = ["reader-canary-0123456789abcdef-01", "actor-canary-0123456789abcdef-012"];

export interface Operated extends Rooms {
  readonly adminPort: number;
  /** What it logged. */
  readonly lines: string[];
}

/** One more daemon on the rooms' database; the actor's name is `ana-ops`. */
export async function startOperated(
  rooms: Pick<Rooms, "database">,
  more: Readonly<Record<string, string>> = {},
): Promise<Operated> {
  const adminPort = await freePort();
  const lines: string[] = [];
  const line = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const options = {
    DELTAD_ADMIN_PORT: String(adminPort),
    DELTAD_ADMIN_TOKENS: `prometheus:${READER}`,
    DELTAD_ADMIN_ACT_TOKENS: `ana-ops:${ACTOR}`,
    ...more,
  };
  const log = { debug: line, info: line, warn: line, error: line };
  return { ...(await another(rooms, options, log)), adminPort, lines };
}

/** As the actor, unless another token is given. */
export function ask(
  at: Pick<Operated, "adminPort"> | number,
  path: string,
  { token = ACTOR, method = "GET" } = {},
): Promise<Response> {
  const port = typeof at === "number" ? at : at.adminPort;
  return fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
}

export async function json(answer: Response): Promise<Record<string, unknown>> {
  assert.equal(answer.status, 200, answer.ok ? "" : await answer.text());
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
  return (await answer.json()) as Record<string, unknown>;
}

/** Resolves once a daemon hears so many, itself among them. */
export function knows(at: Operated, daemons: number): Promise<void> {
  return eventually("the daemons to know each other", async () => {
    const { all, isPartial } = await json(await ask(at, "/admin/api/statistics"));
    return isPartial === false && (all as { daemons: number }).daemons === daemons;
  });
}
