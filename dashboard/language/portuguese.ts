import { SHARED_PORTUGUESE } from "../../react/display/shared-labels.ts";
import type { Messages } from "./english.ts";

const MASCULINE = {
  current: "este",
  ofPrevious: "do anterior",
  whole: "todo o",
  last: "os últimos",
  the: "os",
  ofThe: "dos",
} as const;
const FEMININE = {
  current: "esta",
  ofPrevious: "da anterior",
  whole: "toda a",
  last: "as últimas",
  the: "as",
  ofThe: "das",
} as const;

/** Those that growth compares, but for hours and days, and the words that agree with them. */
const PERIODS = {
  week: { one: "semana", many: "semanas", ...FEMININE },
  month: { one: "mês", many: "meses", ...MASCULINE },
  quarter: { one: "trimestre", many: "trimestres", ...MASCULINE },
  year: { one: "ano", many: "anos", ...MASCULINE },
} as const;

const { missed, ...shared } = SHARED_PORTUGUESE;

export const portuguese: Messages = {
  ...shared,
  name: "Português",
  title: "Painel do proprietário",
  owner: "Proprietário",
  language: "Idioma",
  anotherToken: "Usar outro token",
  why: {
    stale: "No momento o servidor não garante os números.",
    timeZone: "O banco de dados não conhece o fuso horário deste proprietário. Corrija-o e os números voltam.",
  },
  noRow: "Ainda não há proprietário com este código. Os números aparecem assim que houver.",
  against: ({ period: { unit, length }, against }) => {
    if (unit === "hour")
      return length === 1 ? "esta hora contra a anterior" : `as últimas ${length} horas contra as ${length} anteriores`;
    if (unit === "day")
      return length === 1 ? "hoje contra ontem" : `os últimos ${length} dias contra os ${length} anteriores`;
    const { one, many, current, ofPrevious, whole, last, the, ofThe } = PERIODS[unit];
    if (against === "stretch")
      return length === 1
        ? `${current} ${one} até agora contra os mesmos dias ${ofPrevious}`
        : `${last} ${length} ${many} até agora contra os mesmos dias ${ofThe} ${length} anteriores`;
    return length === 1
      ? `${current} ${one} até agora contra ${whole} ${one} anterior`
      : `${last} ${length} ${many}, ${current} até agora, contra ${the} ${length} anteriores`;
  },
  events: {
    title: "O que aconteceu",
    clear: (unread) => (unread > 0 ? `Limpar ${unread}` : "Nada de novo"),
    missed,
  },
  nothing: "Nada ainda",
  token: {
    heading: "Abra o seu painel",
    missing: "O endereço desta página normalmente traz o seu token, como em",
    how: "Abra o link que recebeu ou cole o token aqui. Com o servidor à mão, este comando faz um:",
    broken: "Isto não é um token: seriam três partes unidas por pontos.",
    nameless: "Este token não nomeia nenhum proprietário.",
    label: "Token",
    open: "Abrir",
  },
  admin: {
    heading: "Qual proprietário?",
    how: "Este token pode ver todos os proprietários.",
    label: "Código do proprietário",
    open: "Mostrar",
  },
};
