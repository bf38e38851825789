import { useEffect, useState, useSyncExternalStore } from "react";
import { Client, type View } from "../client/client.ts";
import type { MetricsDocument } from "./metrics-document.ts";

interface Metrics {
  readonly view: View<MetricsDocument>;
  readonly reconnect: () => void;
}

/** An owner's numbers, live while the component is there. Of the arguments it was mounted with; give it a `key` to change them. */
export function useMetrics(ownerId: string, token: string): Metrics {
  const [client] = useState(
    () => new Client<MetricsDocument>({ url: new URL(".", location.href).href, ownerId, getToken: () => token }),
  );
  useEffect(() => {
    client.connect();
    return client.close;
  }, [client]);
  return { view: useSyncExternalStore(client.subscribe, client.getSnapshot), reconnect: client.connect };
}
