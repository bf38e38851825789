/**
 * What one tab does for a queue: the one that leads sends what waits, a message at a time, until all of it has its answers. What has none is
 * sent again with every new socket, whenever a document's rows come whole (answers may have been lost then), and after ten seconds: the
 * database does it once.
 */
import { MAX_OPERATIONS } from "../../protocol/limits.ts";
import { backoffMs } from "../connection-machine.ts";
import type { Clock } from "../environment.ts";
import type { AnyStreamTypes } from "../stream-types.ts";
import type { Subscriptions } from "../subscriptions.ts";
import type { ProtocolSocket } from "../protocol-socket.ts";
import { nextFrame } from "./next-frame.ts";
import { type Answer, type Entry, type Failure, MAX_AGE_MS } from "./operation.ts";
import { answered as answeredBy, failed, numbered } from "./queue.ts";
import type { QueueKeeper } from "./queue-keeper.ts";

export interface SenderOptions extends Clock {
  readonly keeper: QueueKeeper;
  /** Undefined while there is no connection. */
  readonly socket: () => Pick<ProtocolSocket, "send"> | undefined;
  /** By the id of a message: who takes its answer. */
  readonly heard: Subscriptions<AnyStreamTypes>["heard"];
  /** Takes answers that come with no rows, and hands them to `answered`. */
  readonly hear: (answers: readonly Answer[]) => void;
  readonly makeUuid: () => string;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Of one connection the daemon takes ten messages a second. */
const EVERY_MS = 200;
const ANSWER_WITHIN_MS = 10_000;
/** Nacks that say nothing against the operations themselves. */
const LATER = /many|unavailable/;

let requests = 0;

export interface Sender {
  /** This tab is the one that sends, from now on. */
  readonly lead: () => void;
  readonly stop: () => void;
  /** There may be something to send, or somebody to send it to. */
  readonly wake: () => void;
  /** Answers may have been lost. */
  readonly repeat: () => void;
  /** Of whichever tab's operations, as this tab has heard them. */
  readonly answered: (answers: readonly Answer[]) => Promise<void>;
}

export function createSender({
  keeper,
  socket,
  heard,
  hear,
  makeUuid,
  random,
  now,
  setTimeout,
  clearTimeout,
}: SenderOptions): Sender {
  /** The ids of what was sent on this socket and has no answer: another list for each message. */
  let underWay: readonly string[] | undefined;
  let leads = false;
  let isPreparing = false;
  let failures = 0;
  let most = MAX_OPERATIONS;
  let pause: unknown;
  let patience: unknown;

  const sent = (): readonly Entry[] =>
    keeper.kept.entries.filter(({ id, seq, failure }) => seq !== undefined && !failure && underWay?.includes(id));

  const fail = (entries: readonly Entry[], failure: Failure): Promise<void> =>
    keeper.apply(failed(idsOf(entries), failure));

  const send = async (): Promise<void> => {
    if (!leads || underWay || isPreparing || pause !== undefined || !socket()) return;
    isPreparing = true;
    const tooOld = keeper.kept.entries.filter(({ at, failure }) => !failure && at < now() - MAX_AGE_MS);
    if (tooOld.length > 0) await fail(tooOld, { outcome: "expired" });
    const ids = idsOf(nextFrame(keeper.kept.entries, most));
    // Numbers are kept before they are sent, so that nothing can be sent by two.
    if (ids.length > 0) await keeper.apply(numbered(ids));
    isPreparing = false;
    const frame = nextFrame(
      keeper.kept.entries.filter(({ id }) => ids.includes(id)),
      ids.length,
    );
    const { client, batch } = frame[0] ?? {};
    const open = socket();
    if (client === undefined || !open || !leads) return;
    const request = `o${(requests += 1)}`;
    underWay = ids;
    heard.set(request, (answer) => {
      heard.delete(request);
      const { answers, code = "" } = answer as unknown as {
        readonly answers?: readonly Answer[];
        readonly code?: string;
      };
      if (answers) hear(answers);
      else if (underWay === ids) void refused(code);
    });
    open.send({
      type: "operate",
      id: request,
      client,
      operations: frame.map(({ seq, topic, rows, op, key, register, base, value }) => ({
        seq,
        topic,
        rows,
        op,
        key,
        register,
        base,
        value,
      })) as never,
      ...(batch && { atomic: true }),
    });
    wait(EVERY_MS);
    clearTimeout(patience);
    patience = setTimeout(repeat, ANSWER_WITHIN_MS);
  };

  const wake = (): void => void send();

  const repeat = (): void => {
    underWay = undefined;
    wake();
  };

  const wait = (ms: number): void => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      pause = undefined;
      wake();
    }, ms);
  };

  const backOff = (): void => {
    failures += 1;
    underWay = undefined;
    wait(Math.max(EVERY_MS, backoffMs(failures, random())));
  };

  /** The daemon has not looked at that message. */
  const refused = async (reason: string): Promise<void> => {
    if (LATER.test(reason)) return backOff();
    const asked = sent();
    // One of them is why: by itself it holds no other.
    if (asked.length > 1 && !asked[0]?.batch) most = 1;
    else await fail(asked, { outcome: "refused", reason });
    repeat();
  };

  return {
    lead: () => {
      leads = true;
      wake();
    },
    stop: () => {
      leads = false;
      clearTimeout(pause);
      clearTimeout(patience);
      pause = underWay = undefined;
    },
    wake,
    repeat,
    answered: async (answers) => {
      await keeper.apply(answeredBy(answers, makeUuid()));
      most = MAX_OPERATIONS;
      if (answers.some(({ outcome }) => outcome === "retry" || outcome === "gap")) return backOff();
      if (sent().length > 0) return;
      failures = 0;
      repeat();
    },
  };
}

function idsOf(entries: readonly Entry[]): readonly string[] {
  return entries.map(({ id }) => id);
}
