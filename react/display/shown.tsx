/** What the parts of the display have in common: how they write, and what they call things. */
import { createContext, type ReactNode, useContext } from "react";
import type { JsonObject } from "../../protocol/json.ts";
import type { Format } from "./format.ts";
import type { DisplayLabels } from "./labels.ts";
import { readable } from "./readable.ts";

export interface Shown {
  readonly language: string;
  readonly labels: DisplayLabels;
  readonly format: Format;
  /** Of the cards' headings; what is in a card is one below. */
  readonly headingLevel: number;
  readonly metrics: JsonObject;
  /** False until the first numbers have come. */
  readonly isKnown: boolean;
}

const ShownContext = createContext<Shown | undefined>(undefined);
export const ShownProvider = ShownContext.Provider;

export function useShown(): Shown {
  const shown = useContext(ShownContext);
  if (!shown) throw new Error("use it within the display");
  return shown;
}

/** What a name is called: by its path, else by the words of its last part. */
export function nameOf({ names }: DisplayLabels, path: readonly string[]): string {
  const key = path.join(".");
  return (Object.hasOwn(names, key) ? names[key] : undefined) ?? readable(path.slice(-1));
}

interface HeadingProps {
  readonly id?: string;
  /** How far below the cards' headings. */
  readonly below?: number;
  readonly children: ReactNode;
}

export function Heading({ id, below = 0, children }: HeadingProps): ReactNode {
  const { headingLevel } = useShown();
  const Level = `h${Math.min(6, headingLevel + below)}` as "h2";
  return <Level {...(id !== undefined && { id })}>{children}</Level>;
}
