import type { EventFrame } from "../protocol/down/event.ts";
import type { JsonObject } from "../protocol/json.ts";

/** What a configuration makes of the wire: the metrics document, and each event's data by its name. */
export interface Shape {
  readonly metrics: object;
  readonly events: object;
}

/** Where no configuration is given. */
export interface AnyShape {
  readonly metrics: JsonObject;
  readonly events: Readonly<Record<string, JsonObject>>;
}

/** The names of a shape's events. */
export type EventName<S extends Shape> = keyof S["events"] & string;

/** Something that happened to an owner. Its `id` is the same whoever sends it and however often. */
export type EventOf<S extends Shape, Name extends EventName<S> = EventName<S>> = {
  readonly [N in Name]: Pick<EventFrame, "id" | "topic" | "timestamp"> & {
    readonly type: N;
    readonly data: S["events"][N];
  };
}[Name];
