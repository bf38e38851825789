import type { KindSchema, Schema } from "../../protocol/schema.ts";

/** What is told of this kind; undefined where there is none. */
export function schemaOf(schema: Schema, kind: string): KindSchema | undefined {
  if (kind === "owner") return schema;
  const { topics = {} } = schema;
  return Object.hasOwn(topics, kind) ? topics[kind] : undefined;
}
