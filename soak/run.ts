/** `npm run soak -- [--minutes 10] [--seed 7]` */
import { randomInt } from "node:crypto";
import { setMaxListeners } from "node:events";
import { parseArgs } from "node:util";
import { campaign } from "./campaign.ts";
import { Draws } from "./draws.ts";
import { keepEvidence } from "./evidence.ts";
import { FAULTS } from "./faults.ts";
import { Site } from "./site.ts";

/** All that is stopped is bounded by itself; this is for what nobody thought of. */
const STOP_WITHIN_MS = 90_000;

const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" }, seed: { type: "string" } } });
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? randomInt(1_000_000));
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write("usage: npm run soak -- [--minutes 10] [--seed 7]\n");
  process.exit(2);
}

if (process.platform !== "linux") {
  process.stderr.write("the soak kills PostgreSQL process by process, which it finds in /proc: it needs Linux\n");
  process.exit(2);
}

const startedMs = performance.now();
const lines: string[] = [];
const tell = (line: string): void => {
  const text = `${String(Math.round((performance.now() - startedMs) / 1_000)).padStart(4)} s ${line}`;
  lines.push(text);
  process.stdout.write(`${text}\n`);
};

const interrupted = new AbortController();
setMaxListeners(Number.POSITIVE_INFINITY, interrupted.signal);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    tell("interrupted: cleaning up");
    interrupted.abort();
  });
}

const draws = new Draws(seed, Date.now());
tell(`soak for ${minutes} minutes; again: npm run soak -- --minutes ${minutes} --seed ${seed}`);
let site: Site | undefined;
try {
  site = await Site.start(draws, interrupted.signal);
  const { signal } = interrupted;
  const { rounds, kinds, judged } = await campaign({ site, draws, durationMs: minutes * 60_000, signal, tell });
  tell(
    `passed: ${rounds} rounds, ${kinds.size} of ${Object.keys(FAULTS).length} kinds of faults, ${judged} frames judged, ${site.writers.committed} transactions`,
  );
} catch (error) {
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
  if (!interrupted.signal.aborted) {
    tell(`FAILED (seed ${seed}): ${error instanceof Error ? error.message.slice(0, 2_000) : String(error)}`);
    tell(`kept in ${await keepEvidence(error, { seed, lines, site })}`);
  }
} finally {
  setTimeout(() => process.exit(), STOP_WITHIN_MS).unref();
  await site?.stop();
}
// A fault that was given up may still be trying to put things right.
process.exit();
