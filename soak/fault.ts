import type { Values } from "../test/support/oracle-run/values.ts";
import type { Site } from "./site.ts";

/** Of one group there is at most one fault at a time. */
export type Group = "daemons" | "server" | "sessions" | "rows" | "schema" | "clients";

/** A kind of fault. */
export interface Fault {
  /** The row of docs/guarantees.md that promises what happens then. */
  readonly row: string;
  readonly group: Group;
  /** Rows change behind the triggers' back: until the daemons have noticed, what they send may be of before. */
  readonly unseen?: true;
  /** Needs a server that lets transactions be prepared, where daemons never sleep. */
  readonly prepares?: true;
  /** Chooses the rest by chance. */
  readonly choose: (values: Values) => Choice;
}

export interface Choice {
  /** What happens, for people. */
  readonly says: string;
  /** Lets it happen, and resolves when all that had to be put right again is right. */
  readonly inject: (site: Site) => Promise<unknown>;
}
