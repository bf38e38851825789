/**
 * One topic of very many sockets: how many frames a second the daemon sends them, each round one write to the database, against a bare
 * loop that sends the same bytes; and how long a turn of the daemon's loop takes meanwhile. The two take turns. A round begins when half
 * of the sockets have the one before, so that the server never waits for the next.
 */
import type { BenchRun } from "../bench-run.ts";
import { askProbe } from "../support/ask-probe.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { reply, startTask } from "../support/task-process.ts";
import { TopicSocket } from "../support/topic-socket.ts";
import { Audience, type Throughput } from "./audience.ts";
import { LIMITS } from "./limits.ts";

/** What very many sockets are subscribed to. */
export interface FanOutTopic {
  readonly database: string;
  readonly daemonUrl: string;
  /** Of the daemon, besides what the benchmark asks for. */
  readonly options: Readonly<Record<string, string>>;
  readonly topic: string;
  /** What the report calls them. */
  readonly audience: string;
  readonly token: (daemon: DaemonProcess) => string;
  /** One write, which makes a round of frames. */
  readonly write: { readonly text: string; readonly values: readonly unknown[] };
}

/** No merging: each write is a round. No heartbeats between. */
const OPTIONS = { ...LIMITS, DELTAD_MIN_INTERVAL_MS: "0", DELTAD_HEARTBEAT_MS: "600000" };
const WARM_UP = 5;
/** Long after the frames of one write. */
const COMPLETE_MS = 1_000;
/** Long after the daemon began: by then it has found others, or knows that there are none. */
const SETTLED_MS = 5_000;

export async function benchFanOut({ server, report, quick }: BenchRun, of: FanOutTopic): Promise<void> {
  const [sockets, turns, rounds] = quick ? [500, 1, 10] : [5_000, 4, 30];
  const session = await server.session(of.database);
  const { text, values } = of.write;
  const write = async (): Promise<void> => {
    await session.query({ name: "write", text, values: [...values] });
  };
  const daemon = await DaemonProcess.start(of.daemonUrl, { ...OPTIONS, ...of.options });
  const token = of.token(daemon);
  const subscribe = JSON.stringify({ type: "subscribe", id: "1", topic: of.topic });
  const messages = await messagesOfOne(daemon.port, token, of.topic, write);
  const bare = startTask(new URL("./bare-server.js", import.meta.url), messages);
  try {
    const task = { sockets, token, subscribe, messagesPerRound: messages.length };
    const bytes = messages.map((message) => Buffer.byteLength(message)).join(" + ");
    report.line(`          ${sockets} ${of.audience}, ${turns * rounds} rounds of ${bytes} bytes`);
    const ofDaemon = await Audience.gather(
      { ...task, port: daemon.port, messagesBefore: 2 },
      { next: write, ask: (question) => daemon.ask(question) },
    );
    const ofBare = await Audience.gather(
      { ...task, port: (await reply(bare)) as number, messagesBefore: 1 },
      { next: async () => void bare.send("round"), ask: (question) => askProbe(bare, question) },
    );
    for (const audience of [ofDaemon, ofBare]) await audience.run(WARM_UP);
    const [byDaemon, byBare]: [Throughput[], Throughput[]] = [[], []];
    for (let turn = 0; turn < turns; turn += 1) {
      byDaemon.push(await ofDaemon.measure(rounds));
      byBare.push(await ofBare.measure(rounds));
    }
    const [deltad, loop] = [total(byDaemon), total(byBare)];
    for (const [name, { frames, tookMs, workMs }] of [
      ["deltad", deltad],
      ["bare loop", loop],
    ] as const) {
      report.line(
        `          ${name}: ${perS(frames, tookMs)} frames/s, ${perS(frames, workMs)} per second of processor time`,
      );
    }
    report.figure("frames/s against the bare loop", loop.tookMs / deltad.tookMs, { atLeast: 0.8 });
    report.figure("frames per processor time against the bare loop", loop.workMs / deltad.workMs, { atLeast: 0.8 });

    // Apart, since watching costs a tenth.
    const { longestMs, mostWorkMs } = await ofDaemon.watch(rounds);
    report.line(
      `          longest turn of the daemon's loop: ${longestMs.toFixed(1)} ms, waiting for a processor included`,
    );
    report.figure("longest turn of the daemon's loop, ms of work", mostWorkMs, { atMost: 20 });
    ofDaemon.leave();
    ofBare.leave();
  } finally {
    bare.disconnect();
    await daemon.stop();
  }
}

function total(parts: readonly Throughput[]): Throughput {
  const sum = (key: keyof Throughput): number => parts.reduce((all, part) => all + part[key], 0);
  return { frames: sum("frames"), tookMs: sum("tookMs"), workMs: sum("workMs") };
}

function perS(count: number, ms: number): number {
  return Math.round((1000 * count) / ms);
}

/** What one socket is sent after one write. */
async function messagesOfOne(
  port: number,
  token: string,
  topic: string,
  write: () => Promise<void>,
): Promise<string[]> {
  const messages: string[] = [];
  const socket = await TopicSocket.subscribed(port, token, topic, (text) => messages.push(text));
  // What shows the topic, and that presence is whole soon after the daemon began, comes before the rounds.
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  messages.length = 0;
  await write();
  await new Promise((resolve) => setTimeout(resolve, COMPLETE_MS));
  socket.close();
  return messages;
}
