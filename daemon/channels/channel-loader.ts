/** Loads channels of a kind, and pages of older rows, at a snapshot that the reader exported. */
import { parseChannelRow, parseChannelWho } from "../capture/channel-row.ts";
import type { ChannelRow, ChannelWho } from "../capture/batch.ts";
import { readOnSnapshot, type ReadingSession } from "../capture/on-snapshot.ts";
import { lockStatement } from "../capture/statement.ts";
import type { Prepared } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import { channelLoadSelect, channelPageSelect } from "../plan/channel-select.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";
import { TAG } from "../plan/row-tag.ts";
import type { LoadedChannel } from "./watched-channel.ts";

export interface ChannelLoadRequest {
  readonly snapshotId: string;
  /** Canonical. */
  readonly keys: readonly string[];
}

export interface ChannelLoad {
  /** Settles, without error and within 5 s, once the snapshot is no longer needed. */
  readonly imported: Promise<void>;
  /** By key; a channel of which there is nothing is missing. */
  readonly channels: Promise<ReadonlyMap<string, LoadedChannel>>;
}

/** Older rows of one set. */
export interface PagesRequest extends Omit<ChannelLoadRequest, "keys"> {
  /** The set's place in the plan. */
  readonly set: number;
  readonly pages: readonly {
    readonly key: string;
    /** What `readPosition` (plan/row-order.ts) gives: rows before it. */
    readonly before: readonly string[];
    readonly limit: number;
  }[];
}

export interface PagesLoad {
  readonly imported: Promise<void>;
  /** For each page its rows, newest first; one more than asked for where there are more. */
  readonly pages: Promise<readonly (readonly ChannelRow[])[]>;
}

export interface ChannelLoader {
  load(request: ChannelLoadRequest): ChannelLoad;
  loadPages(request: PagesRequest): PagesLoad;
}

export interface SnapshotChannelLoaderOptions {
  readonly plan: ChannelPlan;
  readonly sessions: Sessions<ReadingSession>;
  /** How long a statement of a load may take, in milliseconds. */
  readonly timeoutMs: number;
}

export class SnapshotChannelLoader implements ChannelLoader {
  readonly #options: SnapshotChannelLoaderOptions;
  readonly #lock: string;
  readonly #statement: Prepared;

  constructor(options: SnapshotChannelLoaderOptions) {
    const { plan } = options;
    this.#options = options;
    this.#lock = lockStatement(plan.tables);
    this.#statement = { name: `deltad_channels_${plan.kind}`, text: channelLoadSelect(plan) };
  }

  load({ snapshotId, keys }: ChannelLoadRequest): ChannelLoad {
    const { sessions, timeoutMs } = this.#options;
    const { imported, result } = readOnSnapshot({
      sessions,
      snapshotId,
      lock: this.#lock,
      timeoutMs,
      read: async (session) => this.#read(session, keys),
    });
    return { imported, channels: result };
  }

  loadPages({ snapshotId, set, pages }: PagesRequest): PagesLoad {
    const { plan, sessions, timeoutMs } = this.#options;
    const places = plan.sets[set]?.order.map((_, at) => pages.map(({ before }) => before[at])) ?? [];
    const values = [pages.map(({ key }) => key), pages.map(({ limit }) => limit + 1), ...places];
    const statement = { name: `deltad_pages_${plan.kind}_${set}`, text: channelPageSelect(plan, set) };
    const { imported, result } = readOnSnapshot({
      sessions,
      snapshotId,
      lock: this.#lock,
      timeoutMs,
      read: async (session) => {
        const found: ChannelRow[][] = pages.map(() => []);
        for (const row of (await session.rows(statement, values)).map(parseChannelRow)) found[row.page - 1]?.push(row);
        return found;
      },
    });
    return { imported, pages: result };
  }

  async #read(session: ReadingSession, keys: readonly string[]): Promise<Map<string, LoadedChannel>> {
    const setsOf = (): ChannelRow[][] => this.#options.plan.sets.map(() => []);
    const found = new Map(keys.map((key) => [key, { who: [] as ChannelWho[], sets: setsOf() }]));
    for (const row of await session.rows(this.#statement, [keys])) {
      const channel = found.get(row[1] ?? "");
      if (Number(row[0]) === TAG.channelWho) channel?.who.push(parseChannelWho(row));
      else {
        const read = parseChannelRow(row);
        channel?.sets[read.set]?.push(read);
      }
    }
    return found;
  }
}
