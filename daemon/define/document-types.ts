/** The types that follow from a configuration: of its document, of its events, and of what a client takes. */
import type { BuiltInEvents, EventPayload } from "./event-definition.ts";

/** A configuration, also one by another version of these types. */
export interface AnyConfig {
  readonly metrics: object;
  readonly events?: object | undefined;
}

/** The metrics document's type: `MetricsOf<typeof config>`. */
export type MetricsOf<C extends AnyConfig> = DocumentOf<C["metrics"]>;

/** The data of each event by its name: `EventsOf<typeof config>`. */
export type EventsOf<C extends AnyConfig> = BuiltInEvents & {
  readonly [Name in keyof NonNullable<C["events"]>]: EventPayload<NonNullable<C["events"]>[Name]>;
};

/** The types that a client takes from a configuration: `createClient<StreamTypesOf<typeof config>>(…)`. */
export interface StreamTypesOf<C extends AnyConfig> {
  readonly metrics: MetricsOf<C>;
  readonly events: EventsOf<C>;
}

type DocumentOf<Tree> = {
  readonly [Name in keyof Tree]: "~document" extends keyof Tree[Name] ? ValueIn<Tree[Name]> : DocumentOf<Tree[Name]>;
};

type ValueIn<Made> = Made extends { readonly "~document"?: () => infer Value } ? Value : never;
