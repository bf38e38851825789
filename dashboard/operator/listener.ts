/** Asks the listener that gave the page out. */

/** It was asked in vain: the status, 0 where it can't be reached, and what it says. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, says: string) {
    super(says);
    this.status = status;
  }
}

/** @throws Refused */
export async function askListener<Answer>(
  token: string,
  path: string,
  method: "GET" | "POST" = "GET",
): Promise<Answer> {
  let answer: Response;
  try {
    answer = await fetch(`./api/${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  } catch (error) {
    throw new Refused(0, String(error));
  }
  const text = await answer.text();
  if (!answer.ok) throw new Refused(answer.status, text.trim());
  return JSON.parse(text) as Answer;
}
