import { RealtimeMetricsDisplay, type RealtimeMetricsDisplayProps } from "@deltad/client/react/display";
import "@deltad/client/react/display.css";

/** What the server found out, and the page begins with. */
export type First = Required<Pick<RealtimeMetricsDisplayProps, "url" | "initial" | "schema">> & {
  readonly ownerId: string;
};

export function App({ getToken, ...first }: First & { readonly getToken: () => string | Promise<string> }) {
  return (
    <>
      <h1>Dashboard</h1>
      <RealtimeMetricsDisplay {...first} getToken={getToken} />
    </>
  );
}
