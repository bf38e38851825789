/** The marketplace in the languages of the page. */
import { type LanguageTag, useLanguage } from "../../dashboard/language/language.tsx";

const english = {
  conversations: "Conversations with guests",
  revenue: {
    title: "Revenue",
    today: "Today",
    month: "This month",
    last30Days: "Last 30 days",
    growthWeek: "Last 7 days against the 7 before",
    growthMonth: "This month so far against the same days of the one before",
  },
  bookings: {
    title: "Bookings",
    today: "Today",
    total: "All",
    byStatus: "By status",
    byMonth: "Created per month",
  },
  listings: { title: "Listings", total: "All", active: "Active", published: "Published", byStatus: "By status" },
  occupancy: { title: "Occupied now", booked: "Occupied", available: "Active listings" },
  payouts: { title: "Payouts", pending: "Pending", nextDate: "Next on" },
  status: {
    pending: "Pending",
    confirmed: "Confirmed",
    completed: "Completed",
    cancelled: "Cancelled",
    draft: "Draft",
    active: "Active",
    inactive: "Inactive",
  } as Readonly<Record<string, string>>,
  events: {
    booking_created: "A booking came in",
    booking_updated: "A booking has changed",
    booking_completed: "A stay is over",
    revenue_received: "A payment was made",
    occupancy_changed: "A hangar has another occupant",
    bookingId: "Booking",
    listingId: "Listing",
    hangarNumber: "Hangar",
    guestName: "Guest",
    checkInDate: "From",
    checkOutDate: "Until",
    previousStatus: "Status before",
    isNowOccupied: "Occupied",
    previousOccupant: "Before",
    newOccupant: "Now",
  } as Readonly<Record<string, string>>,
};

type Words = typeof english;

const portuguese: Words = {
  conversations: "Conversas com hóspedes",
  revenue: {
    title: "Receita",
    today: "Hoje",
    month: "Este mês",
    last30Days: "Últimos 30 dias",
    growthWeek: "Últimos 7 dias contra os 7 anteriores",
    growthMonth: "Este mês até agora contra os mesmos dias do anterior",
  },
  bookings: {
    title: "Reservas",
    today: "Hoje",
    total: "Todas",
    byStatus: "Por situação",
    byMonth: "Criadas por mês",
  },
  listings: { title: "Anúncios", total: "Todos", active: "Ativos", published: "Publicados", byStatus: "Por situação" },
  occupancy: { title: "Ocupação agora", booked: "Ocupados", available: "Anúncios ativos" },
  payouts: { title: "Repasses", pending: "Pendente", nextDate: "Próximo em" },
  status: {
    pending: "Pendente",
    confirmed: "Confirmada",
    completed: "Concluída",
    cancelled: "Cancelada",
    draft: "Rascunho",
    active: "Ativo",
    inactive: "Inativo",
  },
  events: {
    booking_created: "Chegou uma reserva",
    booking_updated: "Uma reserva mudou",
    booking_completed: "Uma estadia terminou",
    revenue_received: "Um pagamento foi feito",
    occupancy_changed: "Um hangar tem outro ocupante",
    bookingId: "Reserva",
    listingId: "Anúncio",
    hangarNumber: "Hangar",
    guestName: "Hóspede",
    amount: "Valor",
    duration: "Duração",
    checkInDate: "De",
    checkOutDate: "Até",
    status: "Situação",
    previousStatus: "Situação anterior",
    isNowOccupied: "Ocupado",
    previousOccupant: "Antes",
    newOccupant: "Agora",
  },
};

const WORDS: Readonly<Record<LanguageTag, Words>> = { en: english, "pt-BR": portuguese };

export function useWords(): Words {
  return WORDS[useLanguage().tag];
}

/** What a value of a column is called; as it is, where it is none that is known. */
export function called(names: Readonly<Record<string, string>>, value: string): string {
  return Object.hasOwn(names, value) ? (names[value] ?? value) : value;
}
