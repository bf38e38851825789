import { type FetchOptions, fetchOwner, fetchSchema } from "@deltad/client/fetch";
import { renderToString } from "react-dom/server";
import { App, type First } from "./app";

/** The page with its first numbers, by a token that stays on the server. `publicUrl` is where browsers find the daemon. */
export async function render(daemon: FetchOptions, publicUrl: string, ownerId: string) {
  const [initial, schema] = await Promise.all([fetchOwner(daemon, ownerId), fetchSchema(daemon)]);
  const first: First = { ownerId, url: publicUrl, initial, schema };
  const html = renderToString(<App {...first} getToken={() => ""} />);
  // Whatever a text of the database holds, it does not end the element.
  return { html, first: JSON.stringify(first).replaceAll("<", "\\u003c") };
}
