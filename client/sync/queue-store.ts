/** Where queues are kept: the browser's IndexedDB, which all its tabs share, or this tab's memory. */
import type { Queue } from "./queue.ts";

/** One queue, as it is kept. */
export interface QueueStore {
  /** Replaces it by what the function makes of it, alone among all tabs, and gives what is kept then. */
  change(make: (queue: Queue | undefined) => Queue): Promise<Queue>;
}

/** As much of IndexedDB as is used. */
export interface Databases {
  open(name: string, version: number): Request<Database>;
}
interface Told<Name extends string> {
  addEventListener(name: Name, listener: () => void): void;
  readonly error: unknown;
}
interface Request<Result> extends Told<"success" | "error" | "upgradeneeded"> {
  readonly result: Result;
}
interface Database extends Pick<Told<"versionchange">, "addEventListener"> {
  close(): void;
  createObjectStore(name: string): unknown;
  transaction(name: string, mode: "readwrite"): Transaction;
}
interface Transaction extends Told<"complete" | "abort"> {
  objectStore(name: string): { get(key: string): Request<unknown>; put(value: unknown, key: string): unknown };
}

const STORE = "queues";

export function memoryStore(queue?: Queue): QueueStore {
  let kept = queue;
  return { change: async (make) => (kept = make(kept)) };
}

/** Rejects where the browser keeps nothing, as for some in private windows. */
export async function openStore(databases: Databases, name: string, subject: string): Promise<QueueStore> {
  const opening = databases.open(name, 1);
  opening.addEventListener("upgradeneeded", () => void opening.result.createObjectStore(STORE));
  const database = await resultOf(opening);
  // A page of a later version waits for this one otherwise.
  database.addEventListener("versionchange", () => database.close());
  return {
    change: (make) =>
      new Promise((resolve, reject) => {
        const transaction = database.transaction(STORE, "readwrite");
        const store = transaction.objectStore(STORE);
        const reading = store.get(subject);
        let kept: Queue | undefined;
        reading.addEventListener("success", () => {
          const before = reading.result as Queue | undefined;
          kept = make(before);
          if (kept !== before) store.put(kept, subject);
        });
        transaction.addEventListener("complete", () => resolve(kept as Queue));
        transaction.addEventListener("abort", () => reject(transaction.error));
      }),
  };
}

function resultOf<Result>(request: Request<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
