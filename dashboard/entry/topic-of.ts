import type { Schema } from "../../protocol/schema.ts";
import { ownerTopic, parseTopic } from "../../protocol/topic.ts";
import { schemaOf } from "../../react/display/schema-of.ts";

/**
 * The topic that somebody means: a topic's name if the daemon has that kind, else an owner's id, which may hold ":" too. Without a schema
 * every kind may be one.
 */
export function topicOf(text: string, schema: Schema | undefined): string {
  const kind = parseTopic(text)?.kind;
  const isTopic = kind !== undefined && (schema === undefined || schemaOf(schema, kind) !== undefined);
  return isTopic ? text : ownerTopic(text);
}
