/** What people of the sample write to each other. */
import type { SampleOwner } from "../owners.ts";

export interface Lines {
  /** A guest's, each with what the owner answers. */
  readonly talk: readonly (readonly [guest: string, owner: string])[];
  /** Said in a group, to all. */
  readonly notices: readonly string[];
  /** What an owner's groups are called. */
  readonly groups: readonly [string, string];
}

const PORTUGUESE: Lines = {
  talk: [
    ["Bom dia! O hangar está livre no fim de semana?", "Bom dia! Está, sim. Quer que eu segure a vaga?"],
    ["Quantos metros tem a porta?", "Doze metros de largura, quatro de altura."],
    ["Chegamos por volta das 15h.", "Combinado. A chave fica na portaria."],
    ["Posso deixar o reboque ao lado?", "Claro, sem problema."],
    ["Tem tomada de 220 V?", "Tem, no fundo à direita."],
    ["O pagamento já foi feito.", "Recebido, obrigado!"],
    ["Vou atrasar uma hora por causa do tempo.", "Sem pressa, estamos aqui até as 20h."],
    ["Dá para ficar mais uma noite?", "Dá. Já mudei a reserva."],
    ["Obrigado, foi tudo ótimo.", "Voltem sempre!"],
  ],
  notices: [
    "Pista em uso: 12.",
    "Alguém viu o NOTAM de hoje?",
    "Vento de través forte agora à tarde.",
    "Café pronto no hangar 3 ☕",
    "Combustível a partir das 8h amanhã.",
    "Portão norte fechado até as 17h.",
    "Quem vai ao encontro no sábado?",
    "Teto subiu, já dá para voar visual.",
    "Achei um par de óculos no pátio.",
  ],
  groups: ["Avisos do pátio", "Pilotos"],
};

const ENGLISH: Lines = {
  talk: [
    ["Good morning! Is the hangar free this weekend?", "Good morning! It is. Shall I hold it for you?"],
    ["How wide is the door?", "Forty feet, and thirteen high."],
    ["We should be there around 3 pm.", "See you then. The key is at the gate."],
    ["May I leave the trailer beside it?", "Of course, no problem."],
    ["Is there a power socket?", "There is, at the back on the right."],
    ["The payment is on its way.", "It has arrived, thank you!"],
    ["I will be an hour late, the weather.", "No hurry, we are here until eight."],
    ["Could we stay one more night?", "You can. I have changed the booking."],
    ["Thank you, everything was perfect.", "Come back any time!"],
  ],
  notices: [
    "Runway in use: 24.",
    "Has anybody seen today's NOTAM?",
    "Strong crosswind this afternoon.",
    "Coffee is ready in hangar 3 ☕",
    "Fuel from eight tomorrow.",
    "The north gate is closed until five.",
    "Who comes to the fly-in on Saturday?",
    "The ceiling has lifted, VFR again.",
    "I found a pair of glasses on the apron.",
  ],
  groups: ["Apron notices", "Pilots"],
};

const LINES = { pt: PORTUGUESE, en: ENGLISH };

export function linesOf({ language }: Pick<SampleOwner, "language">): Lines {
  return LINES[language];
}
