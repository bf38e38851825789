/** What is said of changes, in two languages. A page overrides any of it. */
import type { Failure, SyncStatus } from "../../client/sync/sync.ts";

/** The texts of what shows changes. */
export interface SyncLabels {
  /** Each state, with its number. */
  readonly states: Readonly<Record<SyncStatus["state"], (count: number) => string>>;
  /** The browser keeps nothing. */
  readonly notKept: string;
  /** Of changes on their way. */
  readonly pending: (count: number) => string;
  /** Of what waits for a decision. */
  readonly decisions: string;
  /** Why something was not done. */
  readonly reasons: Readonly<Record<Failure["outcome"], string>>;
  readonly mine: string;
  readonly theirs: string;
  readonly merged: string;
  readonly keepMine: string;
  readonly keepTheirs: string;
  readonly keepMerged: string;
  readonly again: string;
  readonly letGo: string;
  /** Of a widget, for screen readers: how it is moved. */
  readonly widgetKeys: string;
  readonly saving: string;
  readonly notSaved: string;
}

/** The languages that there are texts in. */
export type SyncLanguage = "en" | "pt-BR";

const changes = (count: number): string => (count === 1 ? "1 change" : `${count} changes`);
const english: SyncLabels = {
  states: {
    synced: () => "All changes saved",
    pending: (count) => `Saving ${changes(count)}`,
    offline: (count) => `Offline: ${changes(count)} kept`,
    conflict: (count) => (count === 1 ? "1 conflict" : `${count} conflicts`),
    attention: (count) => `${changes(count)} not saved`,
  },
  notKept: "This browser keeps nothing: what is not saved is lost with this tab.",
  pending: (count) => `${changes(count)} on the way`,
  decisions: "Changes that need a decision",
  reasons: {
    conflict: "Somebody else has changed this too.",
    invalid: "The database does not allow this.",
    forbidden: "You may not change this.",
    gone: "This was deleted meanwhile.",
    aborted: "Another change of the same batch was not possible.",
    pruned: "It is not known whether this was saved.",
    expired: "This is more than a week old.",
    refused: "The server does not accept this.",
  },
  mine: "Yours",
  theirs: "Theirs",
  merged: "Both, by your words",
  keepMine: "Keep yours",
  keepTheirs: "Keep theirs",
  keepMerged: "Keep this",
  again: "Try again",
  letGo: "Discard",
  widgetKeys: "Arrow keys move it, with Shift they resize it, Delete removes it.",
  saving: "Saving",
  notSaved: "Not saved",
};

const mudancas = (count: number): string => (count === 1 ? "1 alteração" : `${count} alterações`);
const portuguese: SyncLabels = {
  states: {
    synced: () => "Tudo salvo",
    pending: (count) => `Salvando ${mudancas(count)}`,
    offline: (count) => `Sem conexão: ${mudancas(count)} ${count === 1 ? "guardada" : "guardadas"}`,
    conflict: (count) => (count === 1 ? "1 conflito" : `${count} conflitos`),
    attention: (count) => `${mudancas(count)} não ${count === 1 ? "salva" : "salvas"}`,
  },
  notKept: "Este navegador não guarda nada: o que não foi salvo se perde com esta aba.",
  pending: (count) => `${mudancas(count)} a caminho`,
  decisions: "Alterações que precisam de uma decisão",
  reasons: {
    conflict: "Outra pessoa também alterou isto.",
    invalid: "O banco de dados não permite isto.",
    forbidden: "Você não pode alterar isto.",
    gone: "Isto foi excluído nesse meio-tempo.",
    aborted: "Outra alteração do mesmo lote não foi possível.",
    pruned: "Não se sabe se isto foi salvo.",
    expired: "Isto tem mais de uma semana.",
    refused: "O servidor não aceita isto.",
  },
  mine: "A sua",
  theirs: "A da outra pessoa",
  merged: "As duas, nas suas palavras",
  keepMine: "Manter a sua",
  keepTheirs: "Manter a outra",
  keepMerged: "Manter esta",
  again: "Tentar de novo",
  letGo: "Descartar",
  widgetKeys: "As setas movem, com Shift redimensionam, Delete remove.",
  saving: "Salvando",
  notSaved: "Não salvo",
};

const LABELS: Readonly<Record<SyncLanguage, SyncLabels>> = { en: english, "pt-BR": portuguese };

/** The texts of a language, some of them replaced. */
export function labelsOf(language: SyncLanguage = "en", labels: Partial<SyncLabels> = {}): SyncLabels {
  return { ...LABELS[language], ...labels };
}
