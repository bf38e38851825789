/** Trends in the languages of the page. */
import { type LanguageTag, useLanguage } from "../../../dashboard/language/language.tsx";
import type { Range } from "./points.ts";

const english = {
  title: "Over time",
  revenue: "Revenue",
  bookings: "Bookings",
  ranges: {
    today: "Today",
    hours: "48 hours",
    days: "30 days",
    weeks: "12 weeks",
    months: "12 months",
  } satisfies Record<Range, string>,
  range: "Period",
  period: "Period",
  table: "As a table",
  lines: {
    revenue: "Last 30 days",
    growth: "Seven days up to each day",
    bookings: "Last 30 days",
    arrivals: "Arrivals, last 30 days",
    payouts: "By month, last 12 months",
  },
  weekOf: (day: string) => `Week from ${day}`,
  toCome: "still to come",
  noChart: "The chart could not be loaded. The table has its numbers.",
  count: (bookings: string, isOne: boolean) => (isOne ? `${bookings} booking` : `${bookings} bookings`),
};

type Words = typeof english;

const portuguese: Words = {
  title: "Ao longo do tempo",
  revenue: "Receita",
  bookings: "Reservas",
  ranges: { today: "Hoje", hours: "48 horas", days: "30 dias", weeks: "12 semanas", months: "12 meses" },
  range: "Período",
  period: "Período",
  table: "Como tabela",
  lines: {
    revenue: "Últimos 30 dias",
    growth: "Sete dias até cada dia",
    bookings: "Últimos 30 dias",
    arrivals: "Chegadas, últimos 30 dias",
    payouts: "Por mês, últimos 12 meses",
  },
  weekOf: (day) => `Semana desde ${day}`,
  toCome: "ainda por vir",
  noChart: "Não foi possível carregar o gráfico. A tabela tem os números.",
  count: (bookings, isOne) => (isOne ? `${bookings} reserva` : `${bookings} reservas`),
};

const WORDS: Readonly<Record<LanguageTag, Words>> = { en: english, "pt-BR": portuguese };

export function useTrendWords(): Words {
  return WORDS[useLanguage().tag];
}
