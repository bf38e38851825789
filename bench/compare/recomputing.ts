/** Servers that recompute by SQL, each a process of its own: what they share. */
import { once } from "node:events";
import { reply, startTask } from "../support/task-process.ts";
import type { RunningContender } from "./contender.ts";

/** What such a process is told. */
export interface ServerTask {
  readonly databaseUrl: string;
  /** How it hears that owners' documents may have changed. */
  readonly learn: { readonly by: "polling"; readonly everyMs: number } | { readonly by: "notify" };
  /** How it sends them; Socket.IO from that folder of packages. */
  readonly send: { readonly by: "ws" } | { readonly by: "socket.io"; readonly folder: string };
}

/** What each row of the tables that the document is of says: whose it is. */
export const NOTIFY_OWNER_TRIGGERS = `
create function notify_owner() returns trigger language plpgsql as $$
begin
  perform pg_notify('owners', coalesce(new.owner_id, old.owner_id)::text);
  if old.owner_id <> new.owner_id then perform pg_notify('owners', old.owner_id::text); end if;
  return null;
end $$;
create trigger notify_owner after insert or update or delete on bookings for each row execute function notify_owner();
create trigger notify_owner after insert or update or delete on listings for each row execute function notify_owner();
create trigger notify_owner after insert or update or delete on payouts for each row execute function notify_owner();`;

export async function startRecomputing(task: ServerTask): Promise<RunningContender> {
  const child = startTask(new URL("./recomputing-process.js", import.meta.url), task);
  const port = (await reply(child)) as number;
  return {
    port,
    pid: child.pid ?? 0,
    token: (owner) => owner,
    stop: async () => {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
