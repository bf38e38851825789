/** The page of conversations in its languages. */
import { type LanguageTag, useLanguage } from "../../../dashboard/language/language.tsx";

const english = {
  title: "Conversations",
  noToken: "Open the link to your conversations that the demo printed when it started.",
  none: "No conversations yet. They appear here as soon as somebody lets you in.",
  choose: "Choose a conversation.",
  back: "All conversations",
  members: "Who takes part",
  here: "here",
  away: "away",
  partial: "Others may be here too.",
  types: (names: string, count: number) => `${names} ${count === 1 ? "is" : "are"} typing…`,
  removed: "You are not in this conversation any more.",
  tooLarge: "This conversation is too large to be shown.",
  lost: "The connection is gone. What you see may be old.",
  loading: "Loading…",
  empty: "Nothing was said here yet.",
  older: "Older messages",
  edited: "edited",
  edit: "Edit",
  remove: "Delete",
  save: "Save",
  cancel: "Cancel",
  change: "Change the message",
  write: "Write a message",
  send: "Send",
  hint: "Enter sends, Shift and Enter begins a new line.",
  failed: {
    token: "Your link is not good any more: open a new one.",
    member: "Only members may write here.",
    missing: "This message is not there any more.",
    text: "A message has 1 to 2,000 letters.",
    away: "It could not be sent. Try again.",
  },
};

type Words = typeof english;

const portuguese: Words = {
  title: "Conversas",
  noToken: "Abra o link das suas conversas que a demonstração mostrou ao iniciar.",
  none: "Nenhuma conversa ainda. Elas aparecem aqui assim que alguém incluir você.",
  choose: "Escolha uma conversa.",
  back: "Todas as conversas",
  members: "Quem participa",
  here: "aqui",
  away: "ausente",
  partial: "Pode haver mais gente aqui.",
  types: (names: string, count: number) => `${names} ${count === 1 ? "está" : "estão"} digitando…`,
  removed: "Você não está mais nesta conversa.",
  tooLarge: "Esta conversa é grande demais para ser mostrada.",
  lost: "A conexão caiu. O que está na tela pode estar desatualizado.",
  loading: "Carregando…",
  empty: "Ninguém escreveu nada ainda.",
  older: "Mensagens anteriores",
  edited: "editada",
  edit: "Editar",
  remove: "Apagar",
  save: "Salvar",
  cancel: "Cancelar",
  change: "Alterar a mensagem",
  write: "Escreva uma mensagem",
  send: "Enviar",
  hint: "Enter envia, Shift e Enter começa uma nova linha.",
  failed: {
    token: "Seu link não vale mais: abra um novo.",
    member: "Só participantes podem escrever aqui.",
    missing: "Esta mensagem não existe mais.",
    text: "Uma mensagem tem de 1 a 2.000 letras.",
    away: "Não foi possível enviar. Tente de novo.",
  },
};

const WORDS: Readonly<Record<LanguageTag, Words>> = { en: english, "pt-BR": portuguese };

export function useWords(): Words {
  return WORDS[useLanguage().tag];
}

/** Why something was not written. */
export type Failure = keyof Words["failed"];
