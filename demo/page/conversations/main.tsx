import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { LanguageProvider } from "../../../dashboard/language/language.tsx";
import { remembered, takeFragmentToken } from "../../../dashboard/storage.ts";
import { ConversationsApp } from "./conversations-app.tsx";
import "../../../dashboard/styles/theme.css";
import "../../../dashboard/styles/page.css";
import "../../../dashboard/styles/connection.css";
import "./conversations.css";

const root = document.getElementById("root");
if (!root) throw new Error("conversations.html has no #root");
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <ConversationsApp initialToken={takeFragmentToken() ?? remembered("token")} />
    </LanguageProvider>
  </StrictMode>,
);
