import type { Marketplace } from "../oracle.ts";
import { DEMO_OWNERS, DEMO_WRITES, demoRows } from "./demo-writes.ts";
import { KINDS_OWNERS, KINDS_WRITES, kindsRows } from "./kinds-writes.ts";
import { RENTAL_OWNERS, RENTAL_WRITES, rentalRows } from "./rental-writes.ts";
import { SECOND_OWNERS, SECOND_WRITES, secondRows } from "./second-writes.ts";
import { TENANTS_OWNERS, TENANTS_WRITES, tenantsRows } from "./tenants-writes.ts";
import type { Values } from "./values.ts";
import { WHOLESALE_OWNERS, WHOLESALE_WRITES, wholesaleRows } from "./wholesale-writes.ts";
import type { Write } from "./write.ts";

/** How one of the marketplaces is written to at random. */
export interface Writes {
  /** Owners that are there at first, by id; some that come and go; one that never has a row; and topics of other kinds, by their names. */
  readonly owners: {
    readonly lasting: readonly string[];
    readonly passing: readonly string[];
    readonly never: string;
    readonly others?: readonly string[];
  };
  /** Statements that make owners and rows to begin with. */
  readonly first: (values: Values) => readonly string[];
  readonly all: readonly Write[];
}

const WRITES: Readonly<Record<Marketplace["name"], Writes>> = {
  demo: { owners: DEMO_OWNERS, first: demoRows, all: DEMO_WRITES },
  second: { owners: SECOND_OWNERS, first: secondRows, all: SECOND_WRITES },
  kinds: { owners: KINDS_OWNERS, first: kindsRows, all: KINDS_WRITES },
  rental: { owners: RENTAL_OWNERS, first: rentalRows, all: RENTAL_WRITES },
  tenants: { owners: TENANTS_OWNERS, first: tenantsRows, all: TENANTS_WRITES },
  wholesale: { owners: WHOLESALE_OWNERS, first: wholesaleRows, all: WHOLESALE_WRITES },
};

/** Those that a server of this major version knows. */
export function writesOf({ name }: Marketplace, major: number): Writes {
  const writes = WRITES[name];
  return { ...writes, all: writes.all.filter(({ since = major }) => since <= major) };
}

export function someWrite({ all }: Writes, values: Values): readonly string[] {
  let left = values.integer(
    1,
    all.reduce((sum, { weight }) => sum + weight, 0),
  );
  const chosen = all.find(({ weight }) => (left -= weight) <= 0);
  return chosen?.statements(values) ?? [];
}
