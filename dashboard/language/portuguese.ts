import type { Messages } from "./english.ts";

export const portuguese: Messages = {
  name: "Português",
  title: "Painel do proprietário",
  owner: "Proprietário",
  language: "Idioma",
  asOf: (time) => `às ${time}`,
  connection: {
    idle: "Desconectado",
    connecting: "Conectando…",
    live: "Ao vivo",
    stale: "Desatualizado",
    retrying: "Reconectando",
    closed: "Parado",
  },
  staleSince: (time) => `Os números são os de ${time}.`,
  retryIn: (seconds) => (seconds > 0 ? `Próxima tentativa em ${seconds} s.` : "Tentando agora."),
  reconnect: "Reconectar agora",
  anotherToken: "Usar outro token",
  why: {
    requested: "Desconectado.",
    silence: "Faz algum tempo que o servidor não responde.",
    token: "Não foi possível obter um token.",
    goingAway: "O servidor está reiniciando.",
    overloaded: "O servidor está sobrecarregado ou sem o banco de dados.",
    internal: "O servidor teve um erro interno.",
    tooSlow: "Esta conexão não acompanhou o ritmo.",
    tooMany: "Mensagens ou conexões demais.",
    unreachable: "Não foi possível chegar ao servidor.",
    expired: "O token expirou. Peça um novo a quem lhe deu este.",
    unauthenticated: "O token não foi aceito. Peça um novo a quem lhe deu este.",
    origin: "O endereço desta página não está na lista de origens permitidas (DELTAD_ORIGINS).",
    version: "Esta página e o servidor falam versões diferentes. Recarregue a página.",
    forbidden: "Este token não dá acesso a este proprietário. Escolha outro proprietário ou use outro token.",
    unknownOwner: "Não pode haver um proprietário com este código. Confira como está escrito.",
    stale: "No momento o servidor não garante os números.",
    timeZone: "O banco de dados não conhece o fuso horário deste proprietário. Corrija-o e os números voltam.",
  },
  noRow: "Ainda não há proprietário com este código. Os números aparecem assim que houver.",
  overview: "Visão geral",
  against: ({ unit, length }) => {
    if (unit === "day")
      return length === 1 ? "hoje contra ontem" : `os últimos ${length} dias contra os ${length} anteriores`;
    return length === 1
      ? "este mês até agora contra todo o mês anterior"
      : `os últimos ${length} meses, este até agora, contra os ${length} anteriores`;
  },
  events: {
    title: "O que aconteceu",
    clear: (unread) => (unread > 0 ? `Limpar ${unread}` : "Nada de novo"),
    missed: "Aconteceu mais enquanto esta página esteve ausente, e não há como saber o quê.",
  },
  noText: "(vazio)",
  nothing: "Nada ainda",
  yes: "Sim",
  no: "Não",
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
