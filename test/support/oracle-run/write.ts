import type { Values } from "./values.ts";

/** One thing that an application does: statements of one transaction. */
export interface Write {
  /** How often, in parts of the sum of all. */
  readonly weight: number;
  readonly statements: (values: Values) => readonly string[];
  /** The first major version of PostgreSQL that has such statements. */
  readonly since?: number;
}
