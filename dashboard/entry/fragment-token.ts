import { forget, remember } from "../storage.ts";

/**
 * Takes the token out of the address (`#token=…`), so that it does not stay in the address bar, the history or a copied link. Undefined
 * if there is none.
 */
export function takeFragmentToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return undefined;
  history.replaceState(history.state, "", location.pathname + location.search);
  remember("token", token.trim());
  forget("owner");
  return token.trim();
}
