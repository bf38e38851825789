import type { Session } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import type { Plan } from "../plan/plan.ts";
import { ofOwners, partsOf, spelled } from "../plan/owner-key.ts";
import { ownerRelation } from "../plan/owner-lookup.ts";
import { columnsOf } from "../plan/row-link.ts";
import { keyParts, spellKey } from "../../protocol/key.ts";

/** Which owners are verified. */
export type Choice =
  | { readonly kind: "all" }
  /** As the operator wrote them. */
  | { readonly kind: "named"; readonly owners: readonly string[] }
  /** So many at random; the same ones for the same seed. */
  | { readonly kind: "sample"; readonly count: number; readonly seed: string };

export interface ListedOwners {
  readonly total: number;
  /** Canonical keys in groups of at most `size`, read as they are asked for: there may be millions. */
  groups(size: number): AsyncGenerator<readonly string[], void>;
}

export async function listOwners(
  sessions: Sessions<Session>,
  { owner }: Pick<Plan, "owner">,
  choice: Choice,
): Promise<ListedOwners> {
  const key = columnsOf("o", owner.key);
  const after = partsOf("$1::text", owner.key).join(", ");
  const order = `order by ${key.join(", ")}`;
  const from = `from ${ownerRelation(owner)} o`;
  const keys = async (rest: string, values: readonly unknown[]): Promise<string[]> => {
    const text = `select ${spelled(key)} as id ${from} ${rest}`;
    const rows = await sessions.run((session) => session.query<{ id: string }>(text, values));
    return rows.map(({ id }) => id);
  };
  switch (choice.kind) {
    case "named": {
      const named = choice.owners.map((name) => {
        const parts = keyParts(name, key.length);
        if (parts !== undefined) return spellKey(parts);
        throw new Error(
          `${name} spells no key of ${key.length} columns: write their values with "/" between them, and %2F and %25 for a "/" or "%" in one of them`,
        );
      });
      const found = await keys(`where ${ofOwners(key, owner.key, "$1::text[]")} ${order}`, [named]);
      if (found.length < new Set(choice.owners).size) throw new Error("not every owner that was named has a row");
      return listed(found);
    }
    case "sample":
      return listed(await keys(`order by md5(${spelled(key)} || $1) limit $2`, [choice.seed, choice.count]));
    case "all":
      break;
  }
  const [count] = await sessions.run((session) =>
    session.query<{ total: string }>(`select count(*)::text as total ${from}`),
  );
  return {
    total: Number(count?.total),
    groups: async function* (size) {
      let group = await keys(`${order} limit $1`, [size]);
      while (group.length > 0) {
        yield group;
        group = await keys(`where (${key.join(", ")}) > (${after}) ${order} limit $2`, [group.at(-1), size]);
      }
    },
  };
}

function listed(owners: readonly string[]): ListedOwners {
  return {
    total: owners.length,
    groups: async function* (size) {
      for (let at = 0; at < owners.length; at += size) yield owners.slice(at, at + size);
    },
  };
}
