import { type ReactNode, useEffect, useState } from "react";
import { createClient } from "../client/client.ts";
import { RealtimeProvider } from "../react/provider.ts";

interface Props {
  /** Where the daemon is, for as long as the component is there; by default where the page is. */
  readonly url?: string;
  /** Another one takes its place from the next time that the daemon wants one; at once where the last one was not taken. */
  readonly token: string;
  readonly children: ReactNode;
}

/** What is below it follows the daemon by one socket, whatever topics it shows. */
export function Connected({ url = ".", token, children }: Props) {
  const [{ client, take }] = useState(() => connectionTo(url, token));
  useEffect(() => take(token), [take, token]);
  return <RealtimeProvider client={client}>{children}</RealtimeProvider>;
}

function connectionTo(url: string, first: string) {
  let latest = first;
  const client = createClient({ url, getToken: () => latest });
  const take = (token: string): void => {
    if (token === latest) return;
    latest = token;
    client.connect();
  };
  return { client, take };
}
