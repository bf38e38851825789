/** A page around what it shows, with its language and the token that it begins with. */
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { LanguageProvider } from "./language/language.tsx";
import { remembered, takeFragmentToken } from "./storage.ts";

/** Needs an element `#root` in the document. */
export function mount(app: (initialToken: string | undefined) => ReactNode): void {
  const root = document.getElementById("root");
  if (!root) throw new Error("the page has no #root");
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>{app(takeFragmentToken() ?? remembered("token"))}</LanguageProvider>
    </StrictMode>,
  );
}
