import * as v from "valibot";
import { RESERVED_TYPES } from "../../protocol/down.ts";
import { eventName } from "../../protocol/down/event.ts";
import { ConfigError } from "../config/errors.ts";

/** Events that the daemon tells of its own accord; see `ToldToAll`. */
const UNDECLARED = new Set(["bulk_changed"]);

/** An event's name is its frames' type. @throws ConfigError where it can't be that */
export function checkEventName(name: string): void {
  if (RESERVED_TYPES.has(name) || UNDECLARED.has(name))
    throw new ConfigError("the protocol uses this name itself; choose another");
  if (!v.is(eventName, name))
    throw new ConfigError("an event's name has small letters, digits and _, at most 63, and begins with a letter");
}
