/** What the owner page says as well. Each language by itself, so that a page has no more of them than it shows. */
import type { State } from "../../client/client.ts";

export interface SharedLabels {
  readonly connection: Readonly<Record<State, string>>;
  readonly asOf: (time: string) => string;
  readonly staleSince: (time: string) => string;
  readonly retryIn: (seconds: number) => string;
  readonly reconnect: string;
  readonly overview: string;
  readonly missed: string;
  readonly noText: string;
  readonly yes: string;
  readonly no: string;
}

export const SHARED_ENGLISH: SharedLabels = {
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
  retryIn: (seconds) => (seconds > 0 ? `Next attempt in ${seconds} s.` : "Trying now."),
  reconnect: "Reconnect now",
  overview: "Overview",
  missed: "Something more happened while this page was away, and nobody can say what.",
  noText: "(empty)",
  yes: "Yes",
  no: "No",
};

export const SHARED_PORTUGUESE: SharedLabels = {
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
  retryIn: (seconds) => (seconds > 0 ? `Próxima tentativa em ${seconds} s.` : "Tentando agora."),
  reconnect: "Reconectar agora",
  overview: "Visão geral",
  missed: "Aconteceu mais enquanto esta página esteve ausente, e não há como saber o quê.",
  noText: "(vazio)",
  yes: "Sim",
  no: "Não",
};
