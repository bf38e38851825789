import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { takeFragmentToken } from "./entry/fragment-token.ts";
import { LanguageProvider } from "./language/language.tsx";
import { remembered } from "./storage.ts";
import "./styles/theme.css";
import "./styles/page.css";
import "./styles/cards.css";
import "./styles/charts.css";
import "./styles/connection.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <App initialToken={takeFragmentToken() ?? remembered("token")} />
    </LanguageProvider>
  </StrictMode>,
);
