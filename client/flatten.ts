/** `@deltad/client/flatten`: an owner's numbers by names of the application's own, for components that were written for such a shape. */

type Leaf = string | number | boolean | null | undefined;

/** Names on the way to a value of the document, joined by dots: `revenue.today`. A group is a value too. */
export type MetricPath<Metrics> = Metrics extends Leaf
  ? never
  : string extends keyof Metrics
    ? string
    : {
        [Name in keyof Metrics & string]-?: Name | `${Name}.${MetricPath<NonNullable<Metrics[Name]>>}`;
      }[keyof Metrics & string];

/** What the document holds at a path. */
export type MetricAt<Metrics, Path extends string> = Path extends keyof Metrics
  ? Metrics[Path]
  : Path extends `${infer Name}.${infer Rest}`
    ? Name extends keyof Metrics
      ? MetricAt<NonNullable<Metrics[Name]>, Rest>
      : undefined
    : undefined;

/** The values of a document under the names of a mapping; undefined where the document has none. */
export type Flat<Metrics, Mapping extends Readonly<Record<string, string>>> = {
  readonly [Name in keyof Mapping]: MetricAt<Metrics, Mapping[Name]> | undefined;
};

/**
 * The values at the mapping's paths, under its names, as the document holds them: money and other exact numbers as decimal strings. All are
 * undefined while there is no document, and one while the document has none. A path that the document can't have does not compile.
 */
export function flatten<
  const Metrics extends object,
  const Mapping extends Readonly<Record<string, MetricPath<Metrics>>>,
>(metrics: Metrics | undefined, mapping: Mapping): Flat<Metrics, Mapping> {
  const entries = Object.entries<string>(mapping).map(([name, path]) => [name, valueAt(metrics, path)]);
  return Object.fromEntries(entries) as Flat<Metrics, Mapping>;
}

/** A key of a group may have a dot in it: what has the whole of a path for its name is meant. */
function valueAt(document: unknown, path: string): unknown {
  if (typeof document !== "object" || document === null) return undefined;
  const values = document as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(values, path)) return values[path];
  const dot = path.indexOf(".");
  const name = path.slice(0, dot);
  return dot > 0 && Object.hasOwn(values, name) ? valueAt(values[name], path.slice(dot + 1)) : undefined;
}
