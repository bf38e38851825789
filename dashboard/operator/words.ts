/** What the operator's page says. */
import { type LanguageTag, useLanguage } from "../language/language.tsx";
import { operatorEnglish } from "./words-english.ts";
import { operatorPortuguese } from "./words-portuguese.ts";

const WORDS: Readonly<Record<LanguageTag, typeof operatorEnglish>> = {
  en: operatorEnglish,
  "pt-BR": operatorPortuguese,
};

export function useWords(): typeof operatorEnglish {
  return WORDS[useLanguage().tag];
}
