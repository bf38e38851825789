import { fetchSchema } from "../../client/fetch-owner.ts";
import { useEffect, useState } from "react";
import type { KindSchema, Schema } from "../../protocol/schema.ts";
import { schemaOf } from "../../react/display/schema-of.ts";

/**
 * What the daemon tells of one kind of topics in its configuration; asked for whenever it is reached, since another one may have started. Undefined until it
 * has answered for the first time.
 */
export function useSchema(token: string, isConnected: boolean, kind = "owner"): KindSchema | undefined {
  const [schema, setSchema] = useState<Schema>();
  useEffect(() => {
    if (!isConnected) return undefined;
    const stop = new AbortController();
    fetchSchema({ url: ".", getToken: () => token, signal: stop.signal }).then(setSchema, () => undefined);
    return () => stop.abort();
  }, [token, isConnected]);
  return schema && schemaOf(schema, kind);
}
