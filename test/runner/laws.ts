/** The laws of ARCHITECTURE.md. Each must be the start of the title of a test that ran and passed. */
export const LAWS = [
  "L1 No committed change is skipped, none is applied twice",
  "L2 A rolled-back change is never seen",
  "L3 Every document pushed equals a full recompute at one database snapshot and one instant",
  "L4 Within an epoch, versions only grow on a connection",
  "L5 Values change exactly at the owner's local boundary, with no write",
  "L6 An owner's data reaches only connections whose token names that owner",
  "L7 A slow subscriber costs bounded memory and never delays another",
  "L8 Correctness never depends on a NOTIFY arriving",
  "L9 A write never waits for the daemon, and never fails because the daemon is absent",
  "L10 Where the daemon cannot keep L3, it says `stale`; it never guesses",
  "L11 Stop is bounded, idempotent, and leaves no session behind in the database",
  "L12 An old binary refuses a newer schema",
  "C1 Rows are exact",
  "C2 Membership is a row",
  "C3 Presence equals the sockets",
  "C4 Typing ends",
  "C5 Nothing is dropped without a word",
  "D1 An operation is applied at most once",
  "D2 An answer never overtakes nor trails its value",
  "D3 Whatever is overwritten was told to its writer",
  "D4 A queue never loses an operation without saying so, and only `retry` holds it",
  "D5 All three ways end alike for a recorded script",
] as const;

/** How many tests that passed bear each law's title. */
export function countLaws(passedTitles: readonly string[]): { law: string; tests: number }[] {
  return LAWS.map((law) => ({ law, tests: passedTitles.filter((title) => bears(title, law)).length }));
}

/** Typographic apostrophes and backticks aside. */
function bears(title: string, law: string): boolean {
  return plain(title).startsWith(plain(law));
}

function plain(text: string): string {
  return text.replaceAll("’", "'").replaceAll("`", "");
}
