import type { JsonObject, JsonValue } from "../../protocol/json.ts";

/** One value that is not what SQL says of it; undefined: absent there. */
export interface Difference {
  readonly owner: string;
  readonly path: readonly string[];
  /** Whose value it is: the running daemon's, or that of numbers that were loaded for this alone, and then kept as a daemon keeps them. */
  readonly of: "daemon" | "incremental";
  readonly found: JsonValue | undefined;
  readonly expected: JsonValue | undefined;
  /** `found` less `expected`, where both are numbers; an absent one of a group's entries counts as 0. */
  readonly by?: string;
}

/** Every leaf that differs, in the order of the document that was found. An empty object and an absent one differ. */
export function differences(
  owner: string,
  of: Difference["of"],
  found: JsonObject,
  expected: JsonObject,
): Difference[] {
  return compare([], found, expected).map((leaf) => {
    const by = difference(leaf.found, leaf.expected);
    return { owner, of, ...leaf, ...(by === undefined ? {} : { by }) };
  });
}

/** For people: `payments.amount: 378.00, by SQL 129.00 (249.00 too much)`. */
export function describe({ path, found, expected, by }: Difference): string {
  const off = by === undefined ? "" : by.startsWith("-") ? ` (${by.slice(1)} too little)` : ` (${by} too much)`;
  return `${path.join(".")}: ${shown(found)}, by SQL ${shown(expected)}${off}`;
}

type Leaf = Pick<Difference, "path" | "found" | "expected">;

function compare(path: readonly string[], found: JsonValue | undefined, expected: JsonValue | undefined): Leaf[] {
  if (!isObject(found) || !isObject(expected)) return found === expected ? [] : [{ path, found, expected }];
  const keys = new Set([...Object.keys(found), ...Object.keys(expected)]);
  return [...keys].flatMap((key) => compare([...path, key], own(found, key), own(expected, key)));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null;
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Undefined unless at least one is a number, and none is anything else. */
function difference(found: JsonValue | undefined, expected: JsonValue | undefined): string | undefined {
  if (found === undefined && expected === undefined) return undefined;
  const [left, right] = [decimal(found ?? 0), decimal(expected ?? 0)];
  if (left === undefined || right === undefined) return undefined;
  const scale = Math.max(left.scale, right.scale);
  const units = left.units * 10n ** BigInt(scale - left.scale) - right.units * 10n ** BigInt(scale - right.scale);
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}

function decimal(value: JsonValue): { units: bigint; scale: number } | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const [, sign, whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value)) ?? [];
  if (whole === undefined) return undefined;
  return { units: BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n), scale: fraction.length };
}

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return "absent";
  return typeof value === "string" ? value : JSON.stringify(value);
}
