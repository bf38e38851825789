/** What the display says, in two languages. A page overrides any of it. */
import type { State } from "../../client/client.ts";

/** The texts of {@link RealtimeMetricsDisplay}. */
export interface DisplayLabels {
  /** Of the whole, for screen readers. */
  readonly title: string;
  readonly connection: Readonly<Record<State, string>>;
  readonly asOf: (time: string) => string;
  readonly staleSince: (time: string) => string;
  /** Why the daemon can't vouch for the numbers. */
  readonly stale: string;
  readonly timeZone: string;
  readonly retryIn: (seconds: number) => string;
  readonly reconnect: string;
  readonly overview: string;
  readonly notifications: string;
  readonly changes: string;
  readonly unread: (count: number) => string;
  readonly clear: string;
  readonly missed: string;
  /** Of a value that has not come yet. */
  readonly unknown: string;
  /** Of a value, a group or a list in which there is nothing. */
  readonly none: string;
  readonly noText: string;
  readonly noRow: string;
  readonly yes: string;
  readonly no: string;
  readonly noSchema: (reason: string) => string;
  readonly failed: string;
  readonly again: string;
  /** Read out: so many events, the last by this name. */
  readonly news: (count: number, last: string) => string;
  /** What names are called: of metrics by path (`sales`, `sales.today`), of events, of their fields, and of a group's keys (`sales.byState.open`). By default, their words. */
  readonly names: Readonly<Record<string, string>>;
}

/** The languages that there are texts in. */
export type DisplayLanguage = "en" | "pt-BR";

const english: DisplayLabels = {
  title: "Live numbers",
  connection: {
    idle: "Not connected",
    connecting: "Connecting…",
    live: "Live",
    stale: "Not up to date",
    retrying: "Reconnecting",
    closed: "Stopped",
  },
  asOf: (time) => `as of ${time}`,
  staleSince: (time) => `The numbers are as they were at ${time}.`,
  stale: "The server can't vouch for the numbers at the moment.",
  timeZone: "The owner's time zone is not known to the database.",
  retryIn: (seconds) => (seconds > 0 ? `Next attempt in ${seconds} s.` : "Trying now."),
  reconnect: "Reconnect now",
  overview: "Overview",
  notifications: "Notifications",
  changes: "Changes",
  unread: (count) => (count > 0 ? `${count} new` : "Nothing new"),
  clear: "Clear",
  missed: "Something more happened while this page was away, and nobody can say what.",
  unknown: "not known yet",
  none: "none",
  noText: "(empty)",
  noRow: "There is nothing of this owner yet. The numbers appear as soon as there is.",
  yes: "Yes",
  no: "No",
  noSchema: (reason) =>
    `The server does not say which numbers there are (${reason}). It is asked again with the next connection.`,
  failed: "The numbers can't be shown.",
  again: "Try again",
  news: (count, last) => (count === 1 ? last : `${count} notifications, the last: ${last}`),
  names: {},
};

const portuguese: DisplayLabels = {
  title: "Números ao vivo",
  connection: {
    idle: "Desconectado",
    connecting: "Conectando…",
    live: "Ao vivo",
    stale: "Desatualizado",
    retrying: "Reconectando",
    closed: "Parado",
  },
  asOf: (time) => `às ${time}`,
  staleSince: (time) => `Os números são os de ${time}.`,
  stale: "No momento o servidor não garante os números.",
  timeZone: "O banco de dados não conhece o fuso horário do proprietário.",
  retryIn: (seconds) => (seconds > 0 ? `Próxima tentativa em ${seconds} s.` : "Tentando agora."),
  reconnect: "Reconectar agora",
  overview: "Visão geral",
  notifications: "Notificações",
  changes: "Mudanças",
  unread: (count) => (count === 0 ? "Nada de novo" : count === 1 ? "1 nova" : `${count} novas`),
  clear: "Limpar",
  missed: "Aconteceu mais enquanto esta página esteve ausente, e não há como saber o quê.",
  unknown: "ainda desconhecido",
  none: "nenhum",
  noText: "(vazio)",
  noRow: "Ainda não há nada deste proprietário. Os números aparecem assim que houver.",
  yes: "Sim",
  no: "Não",
  noSchema: (reason) => `O servidor não diz quais números existem (${reason}). Será perguntado na próxima conexão.`,
  failed: "Não é possível mostrar os números.",
  again: "Tentar de novo",
  news: (count, last) => (count === 1 ? last : `${count} notificações, a última: ${last}`),
  names: {},
};

export const LABELS: Readonly<Record<DisplayLanguage, DisplayLabels>> = { en: english, "pt-BR": portuguese };
