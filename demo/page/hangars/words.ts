/** What an owner has, in the languages of the page. */
import { type LanguageTag, useLanguage } from "../../../dashboard/language/language.tsx";

const english = {
  loading: "Loading…",
  unavailable: "Not to be had at the moment.",
  olderFailed: "Older ones could not be read.",
  again: "Try again",
  noListings: "No listings yet.",
  calendar: {
    title: "Calendar",
    table: "Stays by hangar and day",
    hangar: "Hangar",
    earlier: "A month earlier",
    later: "A month later",
    today: "Today",
    arrivals: "Arrivals today",
    departures: "Departures today",
    nobody: "Nobody",
    free: "free",
    hint: "Arrow keys move by day and hangar, Enter opens the booking.",
    reading: "Older stays are being read.",
  },
  listings: {
    title: "Hangars now",
    each: "Each hangar",
    status: "Status",
    now: "Now",
    next: "Next",
    free: "Free",
    none: "—",
  },
  bookings: {
    title: "Newest bookings",
    status: "Status",
    all: "All",
    search: "Search guest or hangar",
    none: "No bookings yet.",
    noMatch: "No booking matches.",
    shown: (shown: string, of: string) => `${shown} of ${of} read`,
    more: "Search older bookings",
    choose: "Choose a booking to see its history.",
    close: "Close",
    gone: "This booking was taken out, or cancelled",
    amount: "Amount",
    payment: "Payment",
    stay: "Stay",
    history: "History",
    made: "Booked",
    paid: "Paid",
    begins: "Check-in",
    ends: "Check-out",
    changed: "Changed",
    since: (time: string) => `Changes are told since ${time}.`,
  },
  payment: { unpaid: "Unpaid", paid: "Paid", refunded: "Refunded" } as Readonly<Record<string, string>>,
};

type Words = typeof english;

const portuguese: Words = {
  loading: "Carregando…",
  unavailable: "Indisponível no momento.",
  olderFailed: "Não foi possível ler os anteriores.",
  again: "Tentar de novo",
  noListings: "Nenhum anúncio ainda.",
  calendar: {
    title: "Calendário",
    table: "Estadias por hangar e dia",
    hangar: "Hangar",
    earlier: "Um mês antes",
    later: "Um mês depois",
    today: "Hoje",
    arrivals: "Chegadas hoje",
    departures: "Saídas hoje",
    nobody: "Ninguém",
    free: "livre",
    hint: "As setas movem por dia e hangar, Enter abre a reserva.",
    reading: "Lendo estadias anteriores.",
  },
  listings: {
    title: "Hangares agora",
    each: "Cada hangar",
    status: "Situação",
    now: "Agora",
    next: "Próxima",
    free: "Livre",
    none: "—",
  },
  bookings: {
    title: "Reservas mais novas",
    status: "Situação",
    all: "Todas",
    search: "Buscar hóspede ou hangar",
    none: "Nenhuma reserva ainda.",
    noMatch: "Nenhuma reserva encontrada.",
    shown: (shown, of) => `${shown} de ${of} lidas`,
    more: "Buscar em reservas anteriores",
    choose: "Escolha uma reserva para ver o histórico.",
    close: "Fechar",
    gone: "Esta reserva foi retirada ou cancelada",
    amount: "Valor",
    payment: "Pagamento",
    stay: "Estadia",
    history: "Histórico",
    made: "Reservada",
    paid: "Paga",
    begins: "Entrada",
    ends: "Saída",
    changed: "Alterada",
    since: (time) => `Mudanças contadas desde ${time}.`,
  },
  payment: { unpaid: "Não paga", paid: "Paga", refunded: "Reembolsada" },
};

const WORDS: Readonly<Record<LanguageTag, Words>> = { en: english, "pt-BR": portuguese };

export function useHangarWords(): Words {
  return WORDS[useLanguage().tag];
}

/** What a value of a column is called; as it is, where it is none that is known. */
export function called(names: Readonly<Record<string, string>>, value: string): string {
  return Object.hasOwn(names, value) ? (names[value] ?? value) : value;
}
