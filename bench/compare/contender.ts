/** What takes part in the comparison: gives each connected owner's page the same document, from the same database. */
import type pg from "pg";

/** How its pages hear of documents. */
export type ClientKind = "deltad" | "json" | "socket.io";

/** Where packages are that no product needs: installed for the run. */
export interface Packages {
  readonly folder: string;
  /** Of those that were asked for, the versions that are there. */
  readonly versions: ReadonlyMap<string, string>;
}

export interface Contender {
  readonly name: string;
  /** In its best fair configuration: what that is. */
  readonly about: string;
  readonly client: ClientKind;
  /** Packages that are installed for it; without them it is skipped. */
  readonly needs: readonly string[];
  /** Makes what it needs in the database. Returns how its server connects. */
  prepare(session: pg.Client, url: string): Promise<string>;
  /** Resolves when pages may connect; undefined: it has no server. */
  start(url: string, packages: Packages): Promise<RunningContender | undefined>;
}

export interface RunningContender {
  readonly port: number;
  /** Of its server. */
  readonly pid: number;
  /** What a page of that owner shows. */
  readonly token: (owner: string) => string;
  stop(): Promise<void>;
}
