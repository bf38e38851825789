import { hydrateRoot } from "react-dom/client";
import { App, type First } from "./app";

/** A route of this application that knows who is signed in. */
async function getToken(): Promise<string> {
  const response = await fetch("/api/live-token", { method: "POST" });
  if (!response.ok) throw new Error(`no token: ${response.status}`);
  return response.text();
}

const [root, first] = ["root", "first"].map((id) => document.getElementById(id));
if (!root || !first) throw new Error("this is not the page that the server made");
hydrateRoot(root, <App {...(JSON.parse(first.textContent ?? "") as First)} getToken={getToken} />);
