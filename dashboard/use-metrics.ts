import { useEffect, useState, useSyncExternalStore } from "react";
import { createClient } from "../client/client.ts";
import type { View } from "../client/owner.ts";
import type { MetricsDocument } from "./metrics-document.ts";

interface Metrics {
  readonly view: View<MetricsDocument>;
  readonly reconnect: () => void;
}

/** An owner's numbers, live while the component is there. Of the arguments it was mounted with; give it a `key` to change them. */
export function useMetrics(ownerId: string, token: string): Metrics {
  const [client] = useState(() =>
    createClient<{ metrics: MetricsDocument; events: object }>({ url: ".", getToken: () => token }),
  );
  useEffect(() => {
    client.connect();
    return client.close;
  }, [client]);
  const owner = client.owner(ownerId);
  return { view: useSyncExternalStore(owner.subscribe, owner.getSnapshot), reconnect: client.connect };
}
