import { type ReactNode, useMemo } from "react";
import { createClient } from "../client/client.ts";
import { RealtimeProvider } from "../react/provider.ts";

interface Props {
  /** Where the daemon is; by default where the page is. */
  readonly url?: string;
  readonly token: string;
  readonly children: ReactNode;
}

/** What is below it follows the daemon by one socket, whatever topics it shows. */
export function Connected({ url = ".", token, children }: Props) {
  const client = useMemo(() => createClient({ url, getToken: () => token }), [url, token]);
  return <RealtimeProvider client={client}>{children}</RealtimeProvider>;
}
