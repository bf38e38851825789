/** Those among whom honest clients live: some never read, some read by the byte, some only hold a socket, and some are hostile. */
import { setMaxListeners } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as rest } from "node:timers/promises";
import type { Draws } from "../draws.ts";
import { ownersIn } from "../marketplace.ts";
import { HOSTILITIES } from "./hostilities.ts";
import { rawClient, subscribe, tokenOf, type Visit } from "./raw-client.ts";

/** One of the crowd: what it does with a socket, which is closed then. */
type Member = (visit: Visit) => Promise<void>;

const MEMBERS: Readonly<Record<string, { readonly count: number; readonly member: Member }>> = {
  silent: { count: 4, member: holdASocket },
  stalled: { count: 6, member: readNothing },
  slow: { count: 4, member: readByTheByte },
  hostile: { count: 3, member: beHostile },
};

export class Crowd {
  /** What a hostile client got that it must not have got. */
  readonly problems: string[] = [];
  readonly #ports: readonly number[];
  readonly #owners: readonly string[];
  readonly #draws: Draws;
  readonly #leaving = new AbortController();
  #visits: Promise<void>[] = [];

  constructor(ports: readonly number[], owners: readonly string[], draws: Draws) {
    this.#ports = ports;
    this.#owners = owners;
    this.#draws = draws;
    setMaxListeners(Number.POSITIVE_INFINITY, this.#leaving.signal);
  }

  start(): void {
    for (const [kind, { count, member }] of Object.entries(MEMBERS)) {
      for (let at = 0; at < count; at += 1) this.#visits.push(this.#come(`${kind} ${at}`, member));
    }
  }

  async stop(): Promise<void> {
    this.#leaving.abort();
    await Promise.all(this.#visits);
  }

  async #come(name: string, member: Member): Promise<void> {
    const { signal } = this.#leaving;
    const ignore = (): undefined => undefined;
    for (let visit = 0; !signal.aborted; visit += 1) {
      const values = this.#draws.of(`${name}, visit ${visit}`);
      const owner = values.pick(this.#owners);
      await member({
        port: values.pick(this.#ports),
        owner,
        values,
        rest: (ms) => rest(ms, undefined, { signal }).catch(ignore),
        watch: (socket) => this.#watch(socket, name, owner),
      });
      await rest(300, undefined, { signal }).catch(ignore);
    }
  }

  #watch(socket: Socket, name: string, owner: string): Socket {
    return socket.on("data", (bytes: Buffer) => {
      const foreign = [...ownersIn(bytes.toString("latin1"))].filter((other) => other !== owner);
      if (foreign.length > 0)
        this.problems.push(`${name}, of owner ${owner}, got of ${foreign.join()}: ${bytes.toString()}`);
    });
  }
}

async function holdASocket({ port, owner, values, rest: stay }: Visit): Promise<void> {
  const socket = rawClient(port, values.chance(0.5) ? tokenOf(owner) : undefined);
  await stay(values.integer(1_000, 20_000));
  socket.destroy();
}

async function readNothing({ port, owner, values, rest: stay }: Visit): Promise<void> {
  const socket = rawClient(port, tokenOf(owner));
  socket.pause();
  socket.write(subscribe(owner));
  await stay(values.integer(5_000, 60_000));
  socket.destroy();
}

async function readByTheByte({ port, owner, values, rest: stay }: Visit): Promise<void> {
  const socket = rawClient(port, tokenOf(owner));
  socket.pause();
  socket.write(subscribe(owner));
  for (let left = values.integer(20, 200); left > 0 && !socket.destroyed; left -= 1) {
    socket.read(values.integer(1, 16));
    await stay(100);
  }
  socket.destroy();
}

async function beHostile(visit: Visit): Promise<void> {
  const socket = visit.values.pick(HOSTILITIES)(visit);
  await visit.rest(visit.values.integer(100, 2_000));
  socket.destroy();
}
