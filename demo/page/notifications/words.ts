/** Notifications in the languages of the page. */
import { type LanguageTag, useLanguage } from "../../../dashboard/language/language.tsx";
import type { NoticeKind } from "./feed.ts";

const english = {
  title: "Notifications",
  clear: "Clear",
  unread: (count: number) => (count === 1 ? "1 new" : `${count} new`),
  none: "All seen",
  late: "While you were away",
  outside: "Also tell me outside of this page",
  isOutside: "You are told outside of this page, too",
  blocked: "The browser does not allow notifications of this page",
  kinds: { bookings: "Bookings", payments: "Payments", arrivals: "Arrivals" } satisfies Record<NoticeKind, string>,
  booking: (guest: string, hangar: string) => `${guest} has booked ${hangar}`,
  payment: (guest: string, amount: string) => `${guest} has paid ${amount}`,
  arrival: (guest: string, hangar: string) => `${guest} is in ${hangar} now`,
};

type Words = typeof english;

const portuguese: Words = {
  title: "Notificações",
  clear: "Limpar",
  unread: (count) => (count === 1 ? "1 nova" : `${count} novas`),
  none: "Tudo visto",
  late: "Na sua ausência",
  outside: "Avisar também fora desta página",
  isOutside: "Você é avisado também fora desta página",
  blocked: "O navegador não permite notificações desta página",
  kinds: { bookings: "Reservas", payments: "Pagamentos", arrivals: "Chegadas" },
  booking: (guest, hangar) => `${guest} reservou ${hangar}`,
  payment: (guest, amount) => `${guest} pagou ${amount}`,
  arrival: (guest, hangar) => `${guest} está agora em ${hangar}`,
};

export type NoticeWords = Words;
const WORDS: Readonly<Record<LanguageTag, Words>> = { en: english, "pt-BR": portuguese };

export function useNoticeWords(): Words {
  return WORDS[useLanguage().tag];
}
