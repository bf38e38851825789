import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { remember, remembered } from "../storage.ts";
import { english, type Messages } from "./english.ts";
import { type Format, formatFor } from "../../react/display/format.ts";
import { portuguese } from "./portuguese.ts";

export const LANGUAGES = { en: english, "pt-BR": portuguese } as const satisfies Readonly<Record<string, Messages>>;
export type LanguageTag = keyof typeof LANGUAGES;

interface Language {
  readonly tag: LanguageTag;
  readonly messages: Messages;
  readonly format: Format;
  readonly choose: (tag: LanguageTag) => void;
}

const LanguageContext = createContext<Language | undefined>(undefined);

/** Gives its children the browser's language, or the one chosen before. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [tag, setTag] = useState(initialTag);
  useEffect(() => {
    document.documentElement.lang = tag;
  }, [tag]);
  const language = useMemo(() => {
    const choose = (chosen: LanguageTag) => {
      remember("language", chosen);
      setTag(chosen);
    };
    return { tag, messages: LANGUAGES[tag], format: formatFor(formatTag(tag)), choose };
  }, [tag]);
  return <LanguageContext value={language}>{children}</LanguageContext>;
}

export function useLanguage(): Language {
  const language = useContext(LanguageContext);
  if (!language) throw new Error("useLanguage needs a LanguageProvider around it");
  return language;
}

function initialTag(): LanguageTag {
  const known = remembered("language");
  if (known === "en" || known === "pt-BR") return known;
  return preferred().startsWith("pt") ? "pt-BR" : "en";
}

/** English is written as the reader's own English writes it: en-GB has other dates than en-US. */
function formatTag(tag: LanguageTag): string {
  return preferred().startsWith(`${tag}-`) ? preferred() : tag;
}

function preferred(): string {
  return navigator.languages.find((tag) => /^(en|pt)\b/.test(tag)) ?? "en";
}
