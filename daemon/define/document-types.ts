/** The types that follow from a configuration: of its document, of its events, and of what a client takes. */
import type { BuiltInEvents, EventPayload } from "./event-definition.ts";

/** A configuration, also one by another version of these types. */
export interface AnyConfig {
  readonly metrics: object;
  readonly events?: object | undefined;
  readonly topics?: object | undefined;
  readonly channels?: object | undefined;
}

/** The names of a configuration's kinds of topics. */
export type KindsOf<C extends AnyConfig> = "owner" | Extract<keyof NonNullable<C["topics"]>, string>;

/** What the configuration says of one kind. */
type KindIn<C extends AnyConfig, Kind extends KindsOf<C>> = Kind extends "owner"
  ? C
  : Kind extends keyof NonNullable<C["topics"]>
    ? Extract<NonNullable<C["topics"]>[Kind], AnyConfig>
    : never;

/** The metrics document's type: `MetricsOf<typeof config>`, or that of another kind of topics, `MetricsOf<typeof config, "listing">`. */
export type MetricsOf<C extends AnyConfig, Kind extends KindsOf<C> = "owner"> = DocumentOf<KindIn<C, Kind>["metrics"]>;

/** The data of each event by its name: `EventsOf<typeof config>`, or `EventsOf<typeof config, "listing">`. */
export type EventsOf<C extends AnyConfig, Kind extends KindsOf<C> = "owner"> = BuiltInEvents & {
  readonly [Name in keyof NonNullable<KindIn<C, Kind>["events"]>]: EventPayload<
    NonNullable<KindIn<C, Kind>["events"]>[Name]
  >;
};

/** The rows of each set of each kind of channels: `openChannel<ChannelTypesOf<typeof config>, "room">(…)`. */
export type ChannelTypesOf<C extends AnyConfig> = {
  readonly [Kind in keyof NonNullable<C["channels"]>]: NonNullable<C["channels"]>[Kind] extends {
    readonly "~rows"?: () => infer Sets;
  }
    ? Sets
    : never;
};

/** The types that a client takes from a configuration: `createClient<StreamTypesOf<typeof config>>(…)`. */
export interface StreamTypesOf<C extends AnyConfig> {
  readonly metrics: MetricsOf<C>;
  readonly events: EventsOf<C>;
  readonly topics: {
    readonly [Kind in Exclude<KindsOf<C>, "owner">]: {
      readonly metrics: MetricsOf<C, Kind>;
      readonly events: EventsOf<C, Kind>;
    };
  };
}

type DocumentOf<Tree> = {
  readonly [Name in keyof Tree]: "~document" extends keyof Tree[Name] ? ValueIn<Tree[Name]> : DocumentOf<Tree[Name]>;
};

type ValueIn<Made> = Made extends { readonly "~document"?: () => infer Value } ? Value : never;
