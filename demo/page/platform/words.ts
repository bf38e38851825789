/** The platform in the languages of the page. */
import { type LanguageTag, useLanguage } from "../../../dashboard/language/language.tsx";

/** The topic of its totals. */
export const PLATFORM = "platform:all";

const english = {
  name: "All owners",
  totals: "In total",
  owners: "Owners",
  listings: "Listings",
  active: "Active listings",
  payouts: "Payouts pending",
  list: {
    title: "Owners",
    table: "Each owner, now",
    owner: "Owner",
    search: "Search owner",
    revenue: "Revenue today",
    bookings: "Bookings today",
    occupied: "Occupied",
    none: "No owners yet.",
    noMatch: "No owner matches.",
    hidden: "This token may not see who the owners are.",
    shown: (shown: string, of: string) => `${shown} of ${of}`,
  },
};

type Words = typeof english;

const portuguese: Words = {
  name: "Todos os proprietários",
  totals: "No total",
  owners: "Proprietários",
  listings: "Anúncios",
  active: "Anúncios ativos",
  payouts: "Repasses pendentes",
  list: {
    title: "Proprietários",
    table: "Cada proprietário, agora",
    owner: "Proprietário",
    search: "Buscar proprietário",
    revenue: "Receita hoje",
    bookings: "Reservas hoje",
    occupied: "Ocupação",
    none: "Nenhum proprietário ainda.",
    noMatch: "Nenhum proprietário encontrado.",
    hidden: "Este token não permite ver quem são os proprietários.",
    shown: (shown, of) => `${shown} de ${of}`,
  },
};

const WORDS: Readonly<Record<LanguageTag, Words>> = { en: english, "pt-BR": portuguese };

export function usePlatformWords(): Words {
  return WORDS[useLanguage().tag];
}

export function platformName(tag: LanguageTag): string {
  return WORDS[tag].name;
}
