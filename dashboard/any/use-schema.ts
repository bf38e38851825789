import { useEffect, useState } from "react";
import type { KindSchema, Schema } from "../../protocol/schema.ts";

/**
 * What the daemon tells of one kind of topics in its configuration; asked for whenever it is reached, since another one may have started. Undefined until it
 * has answered for the first time.
 */
export function useSchema(token: string, isConnected: boolean, kind = "owner"): KindSchema | undefined {
  const [schema, setSchema] = useState<Schema>();
  useEffect(() => {
    if (!isConnected) return undefined;
    const stop = new AbortController();
    readSchema(token, stop.signal).then(setSchema, () => undefined);
    return () => stop.abort();
  }, [token, isConnected]);
  return schema && schemaOf(schema, kind);
}

/** What is told of this kind; undefined where there is none. */
export function schemaOf(schema: Schema, kind: string): KindSchema | undefined {
  if (kind === "owner") return schema;
  const { topics = {} } = schema;
  return Object.hasOwn(topics, kind) ? topics[kind] : undefined;
}

/** Rejects where the daemon does not tell it: it is asked again with the next connection. */
export async function readSchema(token: string, signal: AbortSignal): Promise<Schema> {
  const answer = await fetch("./v1/schema", { headers: { authorization: `Bearer ${token}` }, signal });
  if (!answer.ok) throw new Error(`the schema was answered with ${answer.status}`);
  return (await answer.json()) as Schema;
}
