/**
 * An application's HTTP handler that answers once its user's own dashboard has moved: whoever then looks at the page sees what was written.
 *
 * The receipt is of the transaction, so that it is asked for in it. The daemon is asked after the commit. Where it can't say in time, the
 * write is done all the same: the answer says so, and the page shows it as soon as it comes.
 */
import { createServer, type Server } from "node:http";
import type { Pool } from "pg";

export interface Application {
  readonly pool: Pool;
  /** Of the daemon, e.g. `https://live.example.com`. */
  readonly daemonUrl: string;
  /** A token for the daemon that names this owner's topic. */
  readonly tokenOf: (owner: string) => string;
}

/** `POST /owners/7/listings?hangar=12` adds a listing. */
export function createApplication({ pool, daemonUrl, tokenOf }: Application): Server {
  const addListing = async (owner: string, hangar: string): Promise<string> => {
    const client = await pool.connect();
    try {
      await client.query("begin");
      await client.query("insert into listings (owner_id, hangar_number, status) values ($1, $2, 'active')", [
        owner,
        hangar,
      ]);
      const { rows } = await client.query<{ receipt: string }>("select deltad.here() as receipt");
      await client.query("commit");
      return rows[0]?.receipt ?? "";
    } catch (error) {
      await client.query("rollback");
      throw error;
    } finally {
      client.release();
    }
  };
  const isShown = async (owner: string, receipt: string): Promise<boolean> => {
    const address = `${daemonUrl}/v1/topics/owner:${owner}/wait?for=${receipt}&timeout=2000`;
    const answer = await fetch(address, { headers: { authorization: `Bearer ${tokenOf(owner)}` } });
    return answer.ok;
  };
  return createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const [, owner = ""] = /^\/owners\/(\d+)\/listings$/.exec(url.pathname) ?? [];
    const answer = async (): Promise<void> => {
      const receipt = await addListing(owner, url.searchParams.get("hangar") ?? "");
      const body = { receipt, isShown: await isShown(owner, receipt).catch(() => false) };
      response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    answer().catch(() => response.writeHead(500).end());
  });
}
