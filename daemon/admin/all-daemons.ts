/**
 * What is asked of all daemons by the one that an operator asks. By the bus; without one, or while others can't be heard, the answer says that
 * it is of this daemon alone.
 */
import * as v from "valibot";
import type { Questions } from "../bus/questions.ts";

/** How far an answer reaches. */
export interface Reach {
  /** Daemons that are there and have not answered, or may be there and are not heard. */
  readonly silent: number;
  /** Other daemons can't be heard: there may be more. */
  readonly isPartial: boolean;
}

/** The answers of the others by their names, as far as they have the form: other releases may answer something else. */
export async function askOthers<Answer>(
  questions: Pick<Questions, "ask">,
  about: string,
  body: unknown,
  schema: v.GenericSchema<unknown, Answer>,
  patienceMs?: number,
): Promise<Reach & { readonly answers: ReadonlyMap<string, Answer> }> {
  const { answers, missing, isPartial } = await questions.ask(about, body, patienceMs);
  const good = new Map<string, Answer>();
  for (const [daemon, answer] of answers) {
    const read = v.safeParse(schema, answer);
    if (read.success) good.set(daemon, read.output);
  }
  return { answers: good, silent: missing.length + answers.size - good.size, isPartial };
}
