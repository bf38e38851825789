import type { EventFrame } from "../protocol/down/event.ts";
import type { JsonObject } from "../protocol/json.ts";

/** The types of what a configuration streams: the metrics document, and each event's data by its name. */
export interface StreamTypes {
  readonly metrics: object;
  readonly events: object;
}

/** The stream types where no configuration is given. */
export interface AnyStreamTypes {
  readonly metrics: JsonObject;
  readonly events: Readonly<Record<string, JsonObject>>;
}

/** The names of the events. */
export type EventName<S extends StreamTypes> = keyof S["events"] & string;

/** Something that happened to an owner. Its `id` is the same whichever daemon sends it, and however often. */
export type EventOf<S extends StreamTypes, Name extends EventName<S> = EventName<S>> = {
  readonly [N in Name]: Pick<EventFrame, "id" | "topic" | "timestamp"> & {
    readonly type: N;
    readonly data: S["events"][N];
  };
}[Name];
