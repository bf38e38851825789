import { fetchOwner } from "@deltad/client/fetch";
import { type Stream, Today } from "./today";

/** For each request anew: the numbers are of now. */
export const dynamic = "force-dynamic";

const url = process.env.DELTAD_URL ?? "http://127.0.0.1:4000";

/** The first numbers come with the page; the daemon's address and a token of its own stay on the server. */
export default async function Page() {
  const first = await fetchOwner<Stream>({ url, getToken: () => process.env.DELTAD_TOKEN ?? "" }, "1");
  return <Today initial={first} />;
}
