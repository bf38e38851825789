import { operatorEnglish } from "./words-english.ts";

const { lasting } = operatorEnglish;
const OUTCOMES: Readonly<Record<string, string>> = {
  closed: "encerradas",
  reloaded: "relido por",
  drained: "esvaziados",
  until: "até",
};
const FOUND: Readonly<Record<string, string>> = { right: "certo", drifted: "diferente", failed: "não foi possível" };

export const operatorPortuguese: typeof operatorEnglish = {
  title: "Operação",
  leave: "Usar outro token",
  cancel: "Cancelar",
  act: "Ações",
  underWay: "Em andamento …",
  token: {
    heading: "O que os daemons fazem",
    how: "Informe um dos tokens de DELTAD_ADMIN_TOKENS, ou de DELTAD_ADMIN_ACT_TOKENS para agir. Ele fica nesta aba.",
    label: "Token",
    refused: "O daemon não conhece este token.",
    open: "Abrir",
  },
  refused: (says) => `O daemon não respondeu como pedido: ${says}`,
  silent: (count) => (count === 1 ? "Um daemon não respondeu. " : `${count} daemons não responderam. `),
  partial: "Não é possível ouvir outros daemons: pode haver mais.",
  totals: "No total",
  daemons: "Daemons",
  connections: "Conexões",
  subjects: "Usuários",
  perSubject: "Conexões por usuário",
  subscriptions: "Assinaturas",
  rates: { changes: "Mudanças", frames: "Mensagens enviadas", bytes: "Enviado" },
  perSecond: (count) => `${count}/s`,
  lasting,
  daemon: {
    head: [
      "Daemon",
      "Estado",
      "Leitura",
      "Época",
      "Sinos",
      "Último lote",
      "Lido em",
      "Aplicado em",
      "Esperando / carregando",
      "Bloqueadas (não lido)",
      "Desvios / auditorias",
      "Ações",
    ],
    ready: "pronto",
    notReady: "não está pronto",
    draining: "esvaziando",
    away: "sem sessão",
    leader: "líder",
    modes: { armed: "armado", following: "seguindo", streaming: "lendo sem parar" },
  },
  leases: {
    title: "Reservas de leitura",
    head: ["Época", "Daemon", "Sessão", "Aplicação", "Há", "Renovada há", "Espera por"],
    unknown: "outro",
    away: (reason) => `Não é possível consultar o banco de dados: ${reason}`,
  },
  oldest: {
    title: "A transação mais antiga que escreveu",
    none: "Nenhuma está aberta.",
    told: ({ pid, name, role, application, state, seconds, querySeconds }) =>
      [
        pid === undefined ? `Preparada como ${name}` : `Sessão ${pid}`,
        `papel ${role}`,
        application && `aplicação ${application}`,
        state,
        seconds === undefined ? undefined : `há ${lasting(seconds)}`,
        querySeconds === undefined ? undefined : `última consulta iniciada há ${lasting(querySeconds)}`,
      ]
        .filter(Boolean)
        .join(", "),
  },
  connection: {
    head: {
      id: "Conexão",
      daemon: "Daemon",
      subject: "Usuário",
      address: "Endereço",
      since: "Desde",
      messagesReceived: "Recebidas",
      framesSent: "Enviadas",
      bytesSent: "Bytes",
      bufferedBytes: "Não lido",
      subscriptions: "Tópicos",
    },
    filter: "Somente aquelas cujo",
    by: { subject: "usuário é", topic: "tópico é", address: "endereço é", id: "id é" },
    value: "Valor",
    shown: (shown, found) => `${shown} de ${found}`,
    admin: "administrador",
    blocked: "bloqueada",
    none: "Não há nenhuma.",
    frames: "Mensagens",
    framesOf: (id) => `Últimas mensagens de ${id}`,
    close: "Fechar",
    frameHead: ["Em", "Tipo", "Tópico", "Bytes", "Versão", "Atraso", "Não lido"],
  },
  topics: { title: "Tópicos com mais assinaturas", topic: "Tópico", another: "Outro tópico" },
  options: {
    title: "Configuração deste daemon",
    head: ["Opção", "Valor", "Origem"],
    secret: "secreto",
    origins: { environment: "ambiente", default: "padrão", unset: "não definida" },
  },
  actions: {
    closeConnection: { verb: "Encerrar", means: "O cliente pede um novo token antes de voltar." },
    closeSubject: {
      verb: "Encerrar todas do usuário",
      means: "Em todos os daemons. Os clientes pedem um novo token antes de voltar.",
    },
    closeTopic: { verb: "Encerrar", means: "Todas as conexões que seguem o tópico, em todos os daemons." },
    revoke: {
      verb: "Revogar o usuário",
      means: "Todo token dele emitido até agora é recusado, em todos os daemons, para sempre.",
    },
    reload: {
      verb: "Recarregar",
      means: "É lido de novo em cada daemon que o acompanha; o que se mostra permanece enquanto isso.",
    },
    verify: {
      verb: "Verificar",
      means: "Os números são comparados com o SQL; um daemon cujos números diferem lê de novo.",
    },
    drain: {
      verb: "Esvaziar",
      means: "Os clientes vão para outros daemons, e ele não aceita nenhum até ser reiniciado.",
    },
  },
  outcome: (answer) =>
    Object.keys(OUTCOMES)
      .filter((name) => name in answer)
      .map((name) => `${OUTCOMES[name]} ${String(answer[name])}`)
      .join(", ") ||
    (answer["found"] as readonly { kind: string; leaves?: readonly string[] }[])
      .map(({ kind, leaves = [] }) => [FOUND[kind] ?? kind, ...leaves].join(" "))
      .join("; ") ||
    "nenhum daemon tem os números",
};
