/** The owner page around cards: `main.tsx` shows those that any configuration has; another page brings its own. */
import { type ComponentType, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { LanguageProvider } from "./language/language.tsx";
import type { CardsProps } from "./owner-page.tsx";
import { remembered, takeFragmentToken } from "./storage.ts";
import "./styles/theme.css";
import "./styles/page.css";
import "./styles/cards.css";
import "./styles/charts.css";
import "./styles/connection.css";

/** Needs an element `#root` in the document. */
export function showPage(Cards: ComponentType<CardsProps>): void {
  const root = document.getElementById("root");
  if (!root) throw new Error("index.html has no #root");
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>
        <App Cards={Cards} initialToken={takeFragmentToken() ?? remembered("token")} />
      </LanguageProvider>
    </StrictMode>,
  );
}
