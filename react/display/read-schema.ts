/** Which metrics and events the configuration has, as the daemon tells it. */
import { askDaemon, type FetchOptions } from "../../client/fetch-owner.ts";
import type { KindSchema, Schema } from "../../protocol/schema.ts";

/** Rejects with an Error that begins with the HTTP status where the daemon does not tell it. */
export async function readSchema(options: FetchOptions): Promise<Schema> {
  const answer = await askDaemon(options, "/v1/schema");
  if (!answer.ok) throw new Error(`${answer.status} for the schema: ${(await answer.text()).trim()}`);
  return (await answer.json()) as Schema;
}

/** What is told of this kind; undefined where there is none. */
export function schemaOf(schema: Schema, kind: string): KindSchema | undefined {
  if (kind === "owner") return schema;
  const { topics = {} } = schema;
  return Object.hasOwn(topics, kind) ? topics[kind] : undefined;
}
