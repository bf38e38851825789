/** What the display says, in two languages. A page overrides any of it. */
import { SHARED_ENGLISH, SHARED_PORTUGUESE, type SharedLabels } from "./shared-labels.ts";

/** The texts of {@link RealtimeMetricsDisplay}. */
export interface DisplayLabels extends SharedLabels {
  /** Of the whole, for screen readers. */
  readonly title: string;
  /** Why the daemon can't vouch for the numbers. */
  readonly stale: string;
  readonly timeZone: string;
  readonly notifications: string;
  readonly changes: string;
  readonly unread: (count: number) => string;
  readonly clear: string;
  /** Of a value that has not come yet. */
  readonly unknown: string;
  /** Of a value, a group or a list in which there is nothing. */
  readonly none: string;
  readonly noRow: string;
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
  ...SHARED_ENGLISH,
  title: "Live numbers",
  stale: "The server can't vouch for the numbers at the moment.",
  timeZone: "The owner's time zone is not known to the database.",
  notifications: "Notifications",
  changes: "Changes",
  unread: (count) => (count > 0 ? `${count} new` : "Nothing new"),
  clear: "Clear",
  unknown: "not known yet",
  none: "none",
  noRow: "There is nothing of this owner yet. The numbers appear as soon as there is.",
  noSchema: (reason) =>
    `The server does not say which numbers there are (${reason}). It is asked again with the next connection.`,
  failed: "The numbers can't be shown.",
  again: "Try again",
  news: (count, last) => (count === 1 ? last : `${count} notifications, the last: ${last}`),
  names: {},
};

const portuguese: DisplayLabels = {
  ...SHARED_PORTUGUESE,
  title: "Números ao vivo",
  stale: "No momento o servidor não garante os números.",
  timeZone: "O banco de dados não conhece o fuso horário do proprietário.",
  notifications: "Notificações",
  changes: "Mudanças",
  unread: (count) => (count === 0 ? "Nada de novo" : count === 1 ? "1 nova" : `${count} novas`),
  clear: "Limpar",
  unknown: "ainda desconhecido",
  none: "nenhum",
  noRow: "Ainda não há nada deste proprietário. Os números aparecem assim que houver.",
  noSchema: (reason) => `O servidor não diz quais números existem (${reason}). Será perguntado na próxima conexão.`,
  failed: "Não é possível mostrar os números.",
  again: "Tentar de novo",
  news: (count, last) => (count === 1 ? last : `${count} notificações, a última: ${last}`),
  names: {},
};

export const LABELS: Readonly<Record<DisplayLanguage, DisplayLabels>> = { en: english, "pt-BR": portuguese };
