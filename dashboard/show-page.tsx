/** The owner page around cards: `main.tsx` shows those that any configuration has; another page brings its own. */
import type { ComponentType } from "react";
import { App, type PageParts } from "./app.tsx";
import { mount } from "./mount.tsx";
import type { CardsProps } from "./owner-page.tsx";
import "./styles/theme.css";
import "./styles/page.css";
import "./styles/cards.css";
import "./styles/charts.css";
import "./styles/connection.css";

/**
 * Needs an element `#root` in the document.
 * @param parts what else a page of one's own says
 */
export function showPage(Cards: ComponentType<CardsProps>, parts: PageParts = {}): void {
  mount((initialToken) => <App Cards={Cards} initialToken={initialToken} {...parts} />);
}
