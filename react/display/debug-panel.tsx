import type { ReactNode } from "react";

declare const process: { readonly env: { readonly NODE_ENV?: string } };

/** What the display knows, for whoever builds a page with it. Nothing in production: a bundle for it holds none of this. */
export function debugPanel(known: object): ReactNode {
  try {
    if (process.env.NODE_ENV !== "production") {
      return (
        <details className="deltad-debug">
          <summary>What the display knows (development only)</summary>
          <pre>{JSON.stringify(known, undefined, 2)}</pre>
        </details>
      );
    }
  } catch {
    // There is no process.
  }
  return undefined;
}
