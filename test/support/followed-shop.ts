/** A marketplace as a user has it, with a daemon that has a daemon's rights and no more, and a client that follows owner 1. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { runProgram } from "../../daemon/cli/program.ts";
import { freePort } from "../../daemon/database/cluster.ts";
import { applyPatch } from "../../daemon/topics/owner/merge.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { daemonLogin } from "./install.ts";
import { microsecondsOf } from "./microseconds.ts";
import { type Marketplace, oracleDocuments } from "./oracle.ts";
import { eventually } from "./real-time.ts";
import { recordedShell } from "./recorded-shell.ts";
import { createMarketplace, startMarketplaceDaemon } from "./running-daemon.ts";
import type { TestDatabase, TestServer } from "./servers.ts";
import { TestSocket } from "./socket.ts";
import { SECRET, token } from "./tokens.ts";

const OWNER = "1";

export class FollowedShop {
  readonly database: TestDatabase;
  readonly socket: TestSocket;
  readonly #marketplace: Marketplace;
  readonly #environment: Readonly<Record<string, string>>;

  /** Applied, filled with these rows and followed, until the test ends. */
  static async open(t: TestContext, server: TestServer, marketplace: Marketplace, rows: string): Promise<FollowedShop> {
    const database = await server.createDatabase();
    await createMarketplace(database, marketplace);
    await database.query(rows);
    const port = await freePort();
    const url = await daemonLogin(database);
    const daemon = await startMarketplaceDaemon({ url }, marketplace, port);
    t.after(() => daemon.stop());
    const socket = await TestSocket.welcomed(port, token({ ownerId: OWNER }, Date.now()));
    t.after(() => socket.terminate());
    await socket.subscribe(OWNER);
    const environment = {
      DATABASE_URL: url,
      DELTAD_CONFIG: marketplace.configFile,
      DELTAD_PORT: String(port),
      DELTAD_JWT_SECRET: SECRET,
    };
    return new FollowedShop(database, socket, marketplace, environment);
  }

  private constructor(
    database: TestDatabase,
    socket: TestSocket,
    marketplace: Marketplace,
    environment: Readonly<Record<string, string>>,
  ) {
    this.database = database;
    this.socket = socket;
    this.#marketplace = marketplace;
    this.#environment = environment;
  }

  /** Waits until the client shows what the handwritten oracle says of the instant that its document holds at. */
  async shows(what: string): Promise<void> {
    let seen = "";
    await eventually(
      () => `${what}: ${seen}`,
      async () => {
        const { shown, asOf } = this.#shown();
        const truth = await oracleDocuments(this.#marketplace, this.database, microsecondsOf(asOf), [OWNER]);
        seen = JSON.stringify([shown, truth.get(OWNER)]);
        return isDeepStrictEqual(JSON.parse(JSON.stringify(shown)), truth.get(OWNER));
      },
    );
  }

  /** `deltad verify --all` finds nothing. */
  async verifies(): Promise<void> {
    let code = 0;
    const shell = recordedShell({
      environment: this.#environment,
      setExitCode: (exit) => {
        code = exit;
      },
    });
    await runProgram(shell, () => Promise.reject(new Error("the demo is not asked")), ["verify", "--all"]);
    assert.deepEqual([code, shell.complaints.join("")], [0, ""]);
  }

  #shown(): { readonly shown: JsonObject; readonly asOf: string } {
    let shown: JsonObject = {};
    let asOf = "";
    for (const frame of this.socket.frames) {
      if (frame.type === "snapshot") shown = frame.data;
      if (frame.type === "metrics_updated") shown = applyPatch(shown, frame.data);
      if (frame.type === "snapshot" || frame.type === "metrics_updated") asOf = frame.asOf;
    }
    return { shown, asOf };
  }
}
