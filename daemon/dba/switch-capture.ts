/**
 * Capture of watched tables off and on again, at once and without a daemon: sql/switch_off.sql says how, and why `on` takes two steps. Whatever
 * ends this before the second is done, a daemon goes on with it.
 */
import { ConfigError } from "../config/errors.ts";
import { type LockRetries, withLockRetries } from "../database/lock-retries.ts";
import { PREAMBLE } from "../database/migration-script.ts";
import { errorCode } from "../database/reason.ts";
import type { Queryable } from "../database/session.ts";

interface Switching extends LockRetries {
  /** A watched table, with or without its schema, or its source. Undefined: all of them. */
  readonly watched: string | undefined;
}

export interface SwitchedOn {
  /** The sources that were off. */
  readonly switched: readonly string[];
  /** Who may still write unrecorded, for people; undefined: nobody, and all that was off is on. */
  readonly awaited: string | undefined;
}

/** 10 s: who writes for longer is named, and left to the daemons. */
const LOOKS = 20;
const LOOK_EVERY_MS = 500;

const RAISED = "P0001";
const INSUFFICIENT_PRIVILEGE = "42501";
/** SQLSTATEs: schema, function or column not known. */
const NOT_KNOWN = new Set(["3F000", "42883", "42703"]);

/** Gives the sources that it switched off; none that were off already. */
export function switchOff(options: Switching): Promise<string[]> {
  return switchCapture(options, "off");
}

export async function switchOn(options: Switching): Promise<SwitchedOn> {
  const switched = await switchCapture(options, "on");
  for (let look = 1; ; look += 1) {
    const awaited = await withLockRetries(options, async () => {
      const [row] = await options.session.query<{ awaited: string | null }>(
        "select deltad.return_capture() as awaited",
      );
      return row?.awaited ?? undefined;
    });
    if (awaited === undefined || look === LOOKS) return { switched, awaited };
    if (look === 1) options.tell(`waiting for ${awaited} to end its transaction: what it wrote may be unrecorded`);
    await options.sleep(LOOK_EVERY_MS);
  }
}

/** A sentence for each watched table whose capture is not on, for a database that deltad was applied to. */
export async function tellSwitched(session: Queryable): Promise<string[]> {
  const rows = await session.query<{ name: string; capture: string; since: string }>(
    `select format('%I.%I', schema_name, table_name) as name, capture,
            to_char(switched_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') as since
       from deltad.source where capture <> 'on' order by source`,
  );
  return rows.map(
    ({ name, capture, since }) => `The capture of ${name} is ${capture} since ${since}. Apply leaves it so.`,
  );
}

async function switchCapture(options: Switching, to: "off" | "on"): Promise<string[]> {
  const { session, watched } = options;
  return withLockRetries(options, async () => {
    await session.script(`begin isolation level read committed;\n${PREAMBLE}`);
    const [row] = await session
      .query<{ switched: string[] }>(`select deltad.switch_${to}($1) as switched`, [watched ?? null])
      .catch((error: unknown) => {
        throw refusal(error);
      });
    await session.script("commit");
    return row?.switched ?? [];
  });
}

function refusal(error: unknown): unknown {
  const code = errorCode(error) ?? "";
  if (NOT_KNOWN.has(code))
    return new ConfigError("deltad is not installed in this database: run `deltad migrate apply`.");
  if (code === INSUFFICIENT_PRIVILEGE)
    return new ConfigError("Only the role that applied the migrations may switch capture, and whom it lets.");
  if (code !== RAISED || !(error instanceof Error)) return error;
  const hint = "hint" in error && typeof error.hint === "string" ? `: ${error.hint}` : ".";
  return new ConfigError(`${error.message}${hint}`);
}
