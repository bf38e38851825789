type Name = "token" | "topic" | "language" | "range" | "notifications";

/** Choices that hold for other tabs too, and after the browser was closed. All else is this tab's own. */
const LASTING: ReadonlySet<Name> = new Set(["range", "notifications"]);

/** What is remembered over a reload; nothing where the browser keeps nothing. */
export function remembered(name: Name): string | undefined {
  try {
    return storeOf(name).getItem(key(name)) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(name: Name, value: string): void {
  try {
    storeOf(name).setItem(key(name), value);
  } catch {
    // The page works without: it asks again after a reload.
  }
}

export function forget(name: Name): void {
  try {
    storeOf(name).removeItem(key(name));
  } catch {
    // Nothing was kept.
  }
}

function storeOf(name: Name): Storage {
  return LASTING.has(name) ? localStorage : sessionStorage;
}

function key(name: Name): string {
  return `deltad.${name}`;
}

/**
 * Takes the token out of the address (`#token=…`), so that it does not stay in the address bar, the history or a copied link. Undefined
 * if there is none.
 */
export function takeFragmentToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return undefined;
  history.replaceState(history.state, "", location.pathname + location.search);
  remember("token", token.trim());
  forget("topic");
  return token.trim();
}
