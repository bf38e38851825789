/**
 * Assertion Q, once all faults of a round are over and nobody writes: every honest client shows live what SQL says, every document on the
 * way there was that of one snapshot and one instant, no frame broke a promise, nobody was told another's data, and the daemons hold no
 * more sessions, files or memory than they need.
 */
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as rest } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Owner } from "../client/owner.ts";
import type { AnyStreamTypes } from "../client/stream-types.ts";
import { Cursors } from "../daemon/stream/cursor.ts";
import type { StreamPosition } from "../daemon/stream/stream-position.ts";
import type { JsonObject } from "../protocol/json.ts";
import { ownerTopic, parseTopic } from "../protocol/topic.ts";
import { microsecondsOf } from "../test/support/microseconds.ts";
import { BAD_ZONE, Historian } from "../test/support/oracle-run/history.ts";
import { oracleDocuments } from "../test/support/oracle.ts";
import { type Claim, isAhead, MOST_CURSORS } from "./clients/frame-monitor.ts";
import { MARKETPLACE } from "./marketplace.ts";
import type { Site } from "./site.ts";

/** No sound daemon comes near it; the machine may have other work. */
const RIGHT_WITHIN_MS = 60_000;
const AGAIN_MS = 100;
/** Of two daemons; see docs/running.md. */
const MOST_SESSIONS = 20;
/** What one daemon may hold; an idle one has a third of each. */
const MOST_MEMORY_BYTES = 450 * 1024 ** 2;
const MOST_FILES = 300;
/** Thrice what daemons are told to keep. */
const MOST_CHANGES = 60_000;
/** Documents of one round that are held against the history. */
const MOST_JUDGED = 60;

/** What does not hold. `documents`: what was expected and what was shown. */
export class Violation extends Error {
  readonly documents: unknown;

  constructor(message: string, documents?: unknown) {
    super(message);
    this.documents = documents;
  }
}

export interface Checked {
  readonly rightAfterMs: number;
  readonly judged: number;
  readonly memoryBytes: readonly number[];
}

export class Assertion {
  /** What it waits for. */
  waiting = "";
  readonly #site: Site;
  readonly #historian: Historian;
  readonly #signal: AbortSignal;

  constructor(site: Site, signal: AbortSignal) {
    this.#site = site;
    this.#historian = new Historian(site.database, MARKETPLACE);
    this.#signal = signal;
  }

  /** @param unseen rows have changed that no trigger saw: what was shown on the way may be wrong */
  async check(unseen: boolean): Promise<Checked> {
    const { writers } = this.#site;
    await writers.pause();
    const startedMs = performance.now();
    await this.#until("both daemons are ready", () => this.#whoIsNotReady());
    await this.#until("every client is right", () => this.#whoIsWrong());
    const rightAfterMs = performance.now() - startedMs;
    this.#noProblems();
    const claims = this.#site.clients.flatMap(({ monitor }) => monitor.takeClaims());
    const judged = unseen ? 0 : await this.#judge(claims);
    // Nobody asks any more about snapshots of before.
    await this.#historian.forget();
    await this.#until("no session is left over", () => this.#sessionsTooMany());
    await this.#until("old changes are removed", () => this.#changesTooMany());
    const memoryBytes = await this.#memory();
    writers.resume();
    return { rightAfterMs, judged, memoryBytes };
  }

  async #until(what: string, wrong: () => Promise<Violation | undefined>): Promise<void> {
    const giveUpMs = performance.now() + RIGHT_WITHIN_MS;
    for (let last = await wrong(); last !== undefined; last = await wrong()) {
      this.waiting = last.message;
      if (performance.now() > giveUpMs) {
        throw new Violation(`not within ${RIGHT_WITHIN_MS / 1_000} s: ${what}: ${last.message}`, last.documents);
      }
      await rest(AGAIN_MS, undefined, { signal: this.#signal });
    }
    this.waiting = "";
  }

  async #whoIsNotReady(): Promise<Violation | undefined> {
    for (const [at, port] of this.#site.fleet.ports.entries()) {
      const daemon = this.#site.fleet.processes(at).at(-1);
      if (daemon?.child.exitCode !== null || daemon.child.signalCode !== null)
        throw new Violation(`daemon ${at} has ended by itself`);
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(
        () => undefined,
      );
      if (answer?.status !== 200) return new Violation(`daemon ${at} is not ready (${answer?.status ?? "no answer"})`);
    }
    return undefined;
  }

  async #whoIsWrong(): Promise<Violation | undefined> {
    const { database, clients } = this.#site;
    const bad = await database.query<{ id: string }>("select id::text from owners where time_zone = $1", [BAD_ZONE]);
    const badOwners = new Set(bad.map(({ id }) => id));
    for (const { name, owners } of clients) {
      for (const owner of owners) {
        const wrong = await this.#isWrong(owner, badOwners);
        if (wrong) return new Violation(`${name}: ${wrong.message}`, wrong.documents);
      }
    }
    return undefined;
  }

  async #isWrong(owner: Owner<AnyStreamTypes>, badOwners: ReadonlySet<string>): Promise<Violation | undefined> {
    const key = parseTopic(owner.topic)?.key ?? "";
    const { connection, metrics, asOf } = owner.getSnapshot();
    if (badOwners.has(key)) {
      return connection.state === "stale"
        ? undefined
        : new Violation(`${owner.topic} can't be right, and is ${connection.state}`);
    }
    if (connection.state !== "live" || asOf === undefined) {
      return new Violation(`${owner.topic} is ${connection.state}`, connection);
    }
    const expected = (await oracleDocuments(MARKETPLACE, this.#site.database, microsecondsOf(asOf), [key])).get(key);
    const shown = plain(metrics);
    if (isDeepStrictEqual(shown, expected)) return undefined;
    return new Violation(`${owner.topic} shows other numbers than SQL`, { asOf, shown, expected });
  }

  #noProblems(): void {
    const { clients, crowd, writers, fleet } = this.#site;
    const problems = clients.flatMap(({ name, monitor }) => monitor.problems.map((problem) => `${name}: ${problem}`));
    problems.push(...crowd.problems, ...writers.problems);
    for (const at of fleet.ports.keys()) {
      for (const { output } of fleet.processes(at)) {
        const [line] =
          /^.*(?:TypeError|ReferenceError|RangeError|AssertionError|unhandled|MaxListenersExceeded).*$/im.exec(
            output,
          ) ?? [];
        if (line !== undefined) problems.push(`daemon ${at} says: ${line}`);
      }
    }
    if (problems.length > 0) throw new Violation(problems.join("\n"));
  }

  /** C1 of single frames: cursors say at which snapshot a document holds. Those of a life that a crash has ended can't be read any more. */
  async #judge(claims: readonly Claim[]): Promise<number> {
    const [row] = await this.#site.database.query<{ secret: string }>(
      "select encode(deltad.incarnation(), 'hex') as secret",
    );
    const cursors = new Cursors();
    cursors.begin(row?.secret ?? "");
    const certain = claims.filter(
      (claim) => !claim.isUncertain && claim.cursors.length < MOST_CURSORS && !isAhead(claim),
    );
    const step = Math.max(1, Math.floor(certain.length / MOST_JUDGED));
    let judged = 0;
    for (const claim of certain.filter((_, at) => at % step === 0)) {
      const places = claim.cursors.map((cursor) => cursors.read(ownerTopic(claim.owner), cursor));
      if (places.includes(undefined)) continue;
      const whole = places.filter((place) => place?.seen === undefined);
      const wrong = await this.#isWrongEverywhere(claim, whole as readonly StreamPosition[]);
      if (wrong) throw wrong;
      judged += 1;
    }
    return judged;
  }

  async #isWrongEverywhere(claim: Claim, places: readonly StreamPosition[]): Promise<Violation | undefined> {
    const { owner, version, epoch, document } = claim;
    const shown = plain(document);
    const tried: unknown[] = [];
    for (const { snapshot, asOf } of places) {
      const expected = (await this.#historian.documents(snapshot, asOf, [owner])).get(owner) ?? {};
      if (isDeepStrictEqual(shown, expected)) return undefined;
      tried.push({ snapshot, asOf, expected });
    }
    return new Violation(`owner ${owner}, version ${version} of ${epoch}, is of no one snapshot`, { shown, tried });
  }

  async #sessionsTooMany(): Promise<Violation | undefined> {
    const sessions = await this.#site.database.query<{ name: string }>(
      "select application_name as name from pg_stat_activity where application_name like 'deltad/%'",
    );
    if (sessions.length <= MOST_SESSIONS) return undefined;
    return new Violation(`there are ${sessions.length} sessions: ${sessions.map(({ name }) => name).join()}`);
  }

  async #changesTooMany(): Promise<Violation | undefined> {
    const { database } = this.#site;
    const tables = await database.query<{ name: string }>(
      "select oid::regclass::text as name from pg_class where relnamespace = 'deltad'::regnamespace and relkind = 'r' and relname like 'change\\_%'",
    );
    const counts = tables.map(({ name }) => `(select count(*) from ${name})`);
    const [row] = await database.query<{ changes: string }>(`select ${counts.join(" + ")} as changes`);
    const changes = Number(row?.changes);
    return changes <= MOST_CHANGES ? undefined : new Violation(`there are ${changes} changes in deltad's tables`);
  }

  async #memory(): Promise<number[]> {
    const all: number[] = [];
    for (const at of this.#site.fleet.ports.keys()) {
      const pid = this.#site.pid(at);
      const [, kilobytes = "0"] = /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
      const bytes = Number(kilobytes) * 1024;
      if (bytes > MOST_MEMORY_BYTES) throw new Violation(`daemon ${at} holds ${Math.round(bytes / 1024 ** 2)} MB`);
      const files = (await readdir(`/proc/${pid}/fd`)).length;
      if (files > MOST_FILES) throw new Violation(`daemon ${at} has ${files} files open`);
      all.push(bytes);
    }
    return all;
  }
}

function plain(document: unknown): JsonObject | undefined {
  return document === undefined ? undefined : (JSON.parse(JSON.stringify(document)) as JsonObject);
}
