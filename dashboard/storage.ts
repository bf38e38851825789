type Name = "token" | "owner" | "language";

/** What this tab remembers over a reload; nothing where the browser keeps nothing. */
export function remembered(name: Name): string | undefined {
  try {
    return sessionStorage.getItem(key(name)) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(name: Name, value: string): void {
  try {
    sessionStorage.setItem(key(name), value);
  } catch {
    // The page works without: it asks again after a reload.
  }
}

export function forget(name: Name): void {
  try {
    sessionStorage.removeItem(key(name));
  } catch {
    // Nothing was kept.
  }
}

function key(name: Name): string {
  return `deltad.${name}`;
}
