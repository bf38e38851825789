/**
 * One kind of topics with metrics: what takes its part of each batch, and what the hub asks about its topics. Built by daemon.ts for each
 * kind that the configuration declares, over the same sessions, clock and reader.
 */
import type { OperatedKind } from "./admin/daemon-state.ts";
import type { Log } from "./config/log.ts";
import type { Timers } from "./config/timers.ts";
import type { Held } from "./config/held.ts";
import { canonicalOwners } from "./database/canonical-owner.ts";
import type { Pools } from "./database/pools.ts";
import type { CanonicalKey } from "./gateway/auth/identification.ts";
import type { TopicKind } from "./hub/topic-content.ts";
import type { Clock } from "./metrics/clock.ts";
import type { ReadDayStarts } from "./owners/day-starts.ts";
import { SnapshotLoader } from "./owners/loader.ts";
import { Owners } from "./owners/owners.ts";
import type { Published } from "./owners/published.ts";
import type { Slices } from "./owners/slices.ts";
import { sourcesOfEvents } from "./plan/event-select.ts";
import type { Plan } from "./plan/plan.ts";
import { WHOLE_KEY } from "./plan/watched-table.ts";
import { History } from "./resume/history.ts";
import { historyReader } from "./resume/history-reader.ts";
import { longHistory } from "./resume/long-history-reader.ts";
import { withheldReader } from "./resume/withheld-reader.ts";
import { type Cursors, writeCursor } from "./stream/cursor.ts";
import { measuredLoader } from "./telemetry/measured.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import { type OwnerHistory, ownerTopics } from "./topics/owner/owner-topic.ts";
import { Audit } from "./verify/audit.ts";

/** What all kinds share. */
export interface KindOptions extends Timers {
  readonly pools: Pools;
  readonly loadsAtOnce: number;
  readonly readDayStarts: ReadDayStarts;
  readonly clock: Clock;
  readonly slices: Slices;
  readonly cursors: Cursors;
  readonly publish: (kind: string, key: string, update: Published) => void;
  readonly nudge: () => void;
  readonly telemetry: Telemetry | undefined;
  /** Between two audits; 0: none but those that are asked for. */
  readonly auditSeconds: number;
  readonly retentionSeconds: number;
  readonly log: Log;
  readonly monotonicMs: () => number;
}

export interface BuiltKind {
  readonly plan: Plan;
  readonly owners: Owners;
  readonly audit: Audit;
  readonly topics: TopicKind<Published>;
  readonly keys: CanonicalKey;
  readonly operated: OperatedKind;
}

/** An ALTER TABLE waits for loads, and writes for it: owners whose loads take longer together are loaded in parts. */
const LOAD_TIMEOUT_MS = 10_000;

/** How its parts are stopped is added to `held`. */
export function buildKind(plan: Plan, options: KindOptions, held: Held): BuiltKind {
  const { pools, clock, slices, cursors, telemetry, monotonicMs, auditSeconds, setTimeout, clearTimeout } = options;
  const log = plan.kind === "owner" ? options.log : withFields(options.log, { kind: plan.kind });
  const readsHistory = { plan, sessions: pools.history, zones: (): readonly string[] => owners.zones() };
  const loader = new SnapshotLoader({ plan, sessions: pools.loads, slices, timeoutMs: LOAD_TIMEOUT_MS });
  const everyMs = auditSeconds > 0 ? auditSeconds * 1000 : Number.POSITIVE_INFINITY;
  const audit = new Audit({ plan, sessions: pools.audit, everyMs, monotonicMs, log });
  const owners: Owners = new Owners({
    ...options,
    plan,
    loader: telemetry ? measuredLoader(loader, telemetry, monotonicMs) : loader,
    readWithheldEvents: withheldReader(readsHistory),
    publish: (update) => options.publish(plan.kind, update.owner, update),
    audit,
    log,
  });
  held.add(`the topics of the kind ${plan.kind}`, () => owners.stop());

  const history = new History({
    reads:
      sourcesOfEvents(plan).length > 0
        ? { short: historyReader(readsHistory), long: longHistory(readsHistory) }
        : undefined,
    retentionMs: options.retentionSeconds * 1000,
    log,
    now: () => clock.now(),
    setTimeout,
    clearTimeout,
  });
  held.add(`the history of the kind ${plan.kind}`, () => history.stop());

  const ownerHistory: OwnerHistory = {
    positionOf: (topic, cursor) => cursors.read(topic, cursor),
    replay: (owner, range) => history.replay(owner, range),
  };
  const topics = ownerTopics({ demand: owners, cursorOf: writeCursor, history: ownerHistory, now: Date.now });
  const operated: OperatedKind = {
    kind: plan.kind,
    phases: () => owners.operated.phases(),
    audits: () => audit.counts,
    reload: (key) => owners.operated.reload(key),
    verify: (key) => owners.operated.verify(key),
  };
  return { plan, owners, audit, topics, keys: keysOf(plan, pools.lookups, monotonicMs), operated };
}

function keysOf({ owner }: Plan, lookups: Pools["lookups"], monotonicMs: () => number): CanonicalKey {
  if (owner.table === undefined) return onlyWhole;
  const types = owner.key.map(({ type }) => type);
  return canonicalOwners(types, lookups, monotonicMs);
}

/** A kind without a table has one topic. */
const onlyWhole: CanonicalKey = async (key) => (key === WHOLE_KEY ? key : undefined);

function withFields({ debug, info, warn, error }: Log, more: Readonly<Record<string, unknown>>): Log {
  const adding =
    (line: Log["debug"]): Log["debug"] =>
    (fields, message) =>
      line({ ...fields, ...more }, message);
  return { debug: adding(debug), info: adding(info), warn: adding(warn), error: adding(error) };
}
