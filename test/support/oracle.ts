/** The marketplaces that tests run on, each with a document worked out by hand in SQL. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import demo from "../../demo/deltad.config.ts";
import type { JsonObject } from "../../protocol/json.ts";
import kinds from "../kinds/deltad.config.ts";
import rental from "../rental/deltad.config.ts";
import second from "../second/deltad.config.ts";
import tenants from "../tenants/deltad.config.ts";
import wholesale from "../wholesale/deltad.config.ts";

export interface Marketplace {
  readonly name: "demo" | "second" | "rental" | "kinds" | "wholesale" | "tenants";
  /** As the definition file exports it. */
  readonly config: unknown;
  readonly configFile: string;
  /** SQL that makes its tables. */
  readonly schema: string;
  /** Parameters: the instant in microseconds, and an array of owners or NULL. Rows: owner, document. */
  readonly oracle: string;
}

interface Database {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** Compiled tests run from dist/test/support; SQL stays where it was written. */
const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const read = (path: string) => readFileSync(at(path), "utf8");

export const DEMO: Marketplace = {
  name: "demo",
  config: demo,
  configFile: at("demo/deltad.config.ts"),
  schema: read("demo/schema.sql"),
  oracle: read("test/support/oracle.sql"),
};

export const SECOND: Marketplace = {
  name: "second",
  config: second,
  configFile: at("test/second/deltad.config.ts"),
  schema: read("test/second/schema.sql"),
  oracle: read("test/second/oracle.sql"),
};

/** Rows find their owners through others. */
export const RENTAL: Marketplace = {
  name: "rental",
  config: rental,
  configFile: at("test/rental/deltad.config.ts"),
  schema: read("test/rental/schema.sql"),
  oracle: read("test/rental/oracle.sql"),
};

/** Several kinds of topics over the same sources. Documents of other kinds than owners go by their topic's name. */
export const KINDS: Marketplace = {
  name: "kinds",
  config: kinds,
  configFile: at("test/kinds/deltad.config.ts"),
  schema: read("test/kinds/schema.sql"),
  oracle: read("test/kinds/oracle.sql"),
};

/** Rows that two columns name, and dates of the rows that they name. */
export const WHOLESALE: Marketplace = {
  name: "wholesale",
  config: wholesale,
  configFile: at("test/wholesale/deltad.config.ts"),
  schema: read("test/wholesale/schema.sql"),
  oracle: read("test/wholesale/oracle.sql"),
};

/** Owners that two columns name, and another kind whose topics three do. Documents of that kind go by their topic's name. */
export const TENANTS: Marketplace = {
  name: "tenants",
  config: tenants,
  configFile: at("test/tenants/deltad.config.ts"),
  schema: read("test/tenants/schema.sql"),
  oracle: read("test/tenants/oracle.sql"),
};

/** Documents by owner at an instant in microseconds since 1970; of all owners, unless some are named. The zones must be known to PostgreSQL. */
export async function oracleDocuments(
  { oracle }: Marketplace,
  database: Database,
  atUs: number | bigint,
  owners?: readonly string[],
): Promise<Map<string, JsonObject>> {
  const rows = await database.query<{ owner: string; document: JsonObject }>(oracle, [String(atUs), owners ?? null]);
  return new Map(rows.map(({ owner, document }) => [owner, document]));
}
