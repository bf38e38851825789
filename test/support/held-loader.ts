import type { Grain } from "../../daemon/capture/batch.ts";
import type { Load, LoadResult, Loader, LoadRequest } from "../../daemon/owners/loader.ts";

/** One load that was asked for and waits for the test to answer it. */
export class HeldLoad {
  readonly request: LoadRequest;
  readonly load: Load;
  #import!: () => void;
  #resolve!: (owners: ReadonlyMap<string, LoadResult>) => void;
  #reject!: (error: Error) => void;

  constructor(request: LoadRequest) {
    this.request = request;
    const imported = new Promise<void>((resolve) => {
      this.#import = resolve;
    });
    const owners = new Promise<ReadonlyMap<string, LoadResult>>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.load = { imported, owners };
  }

  imported(): void {
    this.#import();
  }

  /** Answers for owners by id; an array of grains stands for a row in that zone. */
  async finish(owners: Readonly<Record<string, readonly Grain[] | LoadResult>>, zone = "UTC"): Promise<void> {
    this.#import();
    const rows = Object.entries(owners).map(([id, found]): [string, LoadResult] => [
      id,
      "kind" in found ? found : { kind: "row", zone, currency: "BRL", grains: [...found] },
    ]);
    this.#resolve(new Map(rows));
    await settled();
  }

  async fail(error: Error): Promise<void> {
    this.#import();
    this.#reject(error);
    await settled();
  }
}

/** A loader that holds every load back until the test answers it. */
export class HeldLoader implements Loader {
  readonly loads: HeldLoad[] = [];
  /** Whether loads import their snapshot as soon as they are asked for. */
  importsAtOnce = false;

  load(request: LoadRequest): Load {
    const held = new HeldLoad(request);
    this.loads.push(held);
    if (this.importsAtOnce) held.imported();
    return held.load;
  }

  /** The load asked for last. */
  get last(): HeldLoad {
    const last = this.loads.at(-1);
    if (last === undefined) throw new Error("no load was asked for");
    return last;
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
