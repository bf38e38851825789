/** The demo's own server, by which members of conversations write, on a database. */
import { fileURLToPath } from "node:url";
import type { Log } from "../../daemon/config/log.ts";
import { Session } from "../../daemon/database/session.ts";
import { createAuth } from "../../daemon/gateway/auth/auth.ts";
import { fixedKeys, secretKeys } from "../../daemon/gateway/auth/jwt-key.ts";
import { Application } from "../../demo/conversations/application.ts";
import type { TestDatabase } from "./servers.ts";
import { SECRET } from "./tokens.ts";

const PAGES = fileURLToPath(new URL("../../demo-page", import.meta.url));

export interface ConversationsServer {
  /** Its session with the database. */
  readonly session: Session;
  readonly application: Application;
  /** `http://127.0.0.1:…` */
  readonly address: string;
  stop(): Promise<void>;
}

export async function openConversations(database: Pick<TestDatabase, "url">, log: Log): Promise<ConversationsServer> {
  const session = await Session.open({
    url: database.url,
    role: "test",
    statementTimeoutMs: 30_000,
    settings: { search_path: "public" },
  });
  const keys = fixedKeys(secretKeys(SECRET, undefined));
  const auth = createAuth({ keys, channels: { lists: [] }, now: Date.now });
  const application = new Application({ host: "127.0.0.1", database: session, auth, pageDir: PAGES, log });
  const address = `http://127.0.0.1:${await application.start()}`;
  const stop = async (): Promise<void> => {
    await application.stop();
    await session.close();
  };
  return { session, application, address, stop };
}
