import type { EventFrame } from "../protocol/down/event.ts";
import type { JsonObject } from "../protocol/json.ts";

/** The types of what a configuration streams about owners: the metrics document, and each event's data by its name. */
export interface StreamTypes {
  readonly metrics: object;
  readonly events: object;
  /** Of other kinds of topics, by their names. */
  readonly topics?: object;
}

/** The types of one kind of topics. */
export type TypesOf<S extends StreamTypes, Kind extends string> = Kind extends "owner"
  ? S
  : Kind extends keyof S["topics"]
    ? Extract<S["topics"][Kind], StreamTypes>
    : never;

/** The names of topics: `owner:7`, or another kind of the configuration and a key. */
export type TopicName<S extends StreamTypes> = `${"owner" | Extract<keyof S["topics"], string>}:${string}`;

/** What the topic of this name is one of. */
export type KindOf<Name extends string> = Name extends `${infer Kind}:${string}` ? Kind : never;

/** The stream types where no configuration is given. */
export interface AnyStreamTypes {
  readonly metrics: JsonObject;
  readonly events: Readonly<Record<string, JsonObject>>;
  readonly topics: Readonly<Record<string, Pick<AnyStreamTypes, "metrics" | "events">>>;
}

/** The names of the events. */
export type EventName<S extends StreamTypes> = keyof S["events"] & string;

/** Something that happened to an owner. Its `id` is the same whichever daemon sends it, and however often; another topic may have another event by it. */
export type EventOf<S extends StreamTypes, Name extends EventName<S> = EventName<S>> = {
  readonly [N in Name]: Pick<EventFrame, "id" | "topic" | "timestamp"> & {
    readonly type: N;
    readonly data: S["events"][N];
  };
}[Name];
