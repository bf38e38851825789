/** `npm run bench -- latency|writer|engine|events|heap|import|kinds|load|page|resume|wire|channels|documents|compare [--quick] [--postgres 15]` */
import { parseArgs } from "node:util";
import type { BenchRun } from "./bench-run.ts";
import { benchChannels } from "./channels.ts";
import { benchCompare } from "./compare.ts";
import { benchDocuments } from "./documents.ts";
import { benchEngine } from "./engine.ts";
import { benchEvents } from "./events.ts";
import { benchHeap } from "./heap.ts";
import { benchImport } from "./import.ts";
import { benchKinds } from "./kinds.ts";
import { benchLatency } from "./latency.ts";
import { BenchServer } from "./support/bench-server.ts";
import { benchLoad } from "./load.ts";
import { Report } from "./support/report.ts";
import { benchPage } from "./page.ts";
import { benchResume } from "./resume.ts";
import { benchWire } from "./wire.ts";
import { benchWriter } from "./writer.ts";

const BENCHES: Readonly<Record<string, (run: BenchRun) => Promise<void>>> = {
  latency: benchLatency,
  writer: benchWriter,
  engine: benchEngine,
  events: benchEvents,
  heap: benchHeap,
  import: benchImport,
  kinds: benchKinds,
  load: benchLoad,
  page: benchPage,
  resume: benchResume,
  wire: benchWire,
  channels: benchChannels,
  documents: benchDocuments,
  compare: benchCompare,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    postgres: { type: "string", default: "18" },
    owners: { type: "string" },
    bookings: { type: "string" },
    rates: { type: "string" },
    seconds: { type: "string" },
    write: { type: "boolean" },
  },
});
if (positionals.length === 0 || positionals.some((name) => !BENCHES[name])) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHES).join("|")} [--quick] [--postgres 15]\n`);
  process.exit(2);
}

for (const name of positionals) {
  const report = new Report();
  report.line(`bench ${name}${values.quick ? " (quick: its figures mean nothing)" : ""}`);
  const server = await BenchServer.start(Number(values.postgres));
  const onSignal = (): void => void server.stop().finally(() => process.exit(130));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    await BENCHES[name]?.({ server, report, quick: values.quick, asked: values });
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    await server.stop();
  }
  if (!report.close(name)) process.exitCode = 1;
}
