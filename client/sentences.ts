/** Why there is no connection, for people. */
export const ENGLISH = {
  requested: "Disconnected.",
  silence: "The daemon has not been heard for a while.",
  token: "A token could not be had.",
  protocol: "This page and the daemon speak different versions. Reload the page.",
  goingAway: "The daemon is restarting.",
  overloaded: "The daemon is overloaded, or its database is away.",
  internal: "The daemon had an internal error.",
  tooSlow: "This connection was too slow to keep up.",
  tooMany: "Too many messages or connections.",
  late: "The token came too late.",
  unreachable: "The daemon can't be reached.",
  expired: "The token has expired. Ask for a new one where you got it.",
  unauthenticated: "The token was not accepted. Ask for a new one where you got it.",
  origin: "This page's address is not on the daemon's list of allowed origins (DELTAD_ORIGINS).",
  forbidden: "This token does not allow this. Choose something else or use another token.",
  unknownTopic: "There can't be anything by this name. Check how it is written.",
} as const;

export type Sentences = { readonly [Name in keyof typeof ENGLISH]: string };

export const PORTUGUESE: Sentences = {
  requested: "Desconectado.",
  silence: "Faz algum tempo que o servidor não responde.",
  token: "Não foi possível obter um token.",
  protocol: "Esta página e o servidor falam versões diferentes. Recarregue a página.",
  goingAway: "O servidor está reiniciando.",
  overloaded: "O servidor está sobrecarregado ou sem o banco de dados.",
  internal: "O servidor teve um erro interno.",
  tooSlow: "Esta conexão não acompanhou o ritmo.",
  tooMany: "Mensagens ou conexões demais.",
  late: "O token chegou tarde demais.",
  unreachable: "Não foi possível chegar ao servidor.",
  expired: "O token expirou. Peça um novo a quem lhe deu este.",
  unauthenticated: "O token não foi aceito. Peça um novo a quem lhe deu este.",
  origin: "O endereço desta página não está na lista de origens permitidas (DELTAD_ORIGINS).",
  forbidden: "Este token não dá acesso a isto. Escolha outra coisa ou use outro token.",
  unknownTopic: "Não pode haver nada com este nome. Confira como está escrito.",
};
