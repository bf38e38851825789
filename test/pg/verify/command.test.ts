/** `deltad verify` as people and scripts call it, beside a running daemon. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { runProgram } from "../../../daemon/cli/program.ts";
import { freePort } from "../../../daemon/database/cluster.ts";
import { recordedShell } from "../../support/recorded-shell.ts";
import { SHOP_CONFIG } from "../../support/shop-database.ts";
import { ShopRig } from "../../support/shop-rig.ts";
import { onEachServer } from "../../support/servers.ts";
import { SECRET, token } from "../../support/tokens.ts";

const noDemo = () => Promise.reject(new Error("the demo is not asked"));

await onEachServer("deltad verify", (server) => {
  let rig: ShopRig;
  let folder: string;
  before(async () => {
    rig = await ShopRig.open(await server.createDatabase());
    folder = await mkdtemp(join(tmpdir(), "deltad-verify-"));
  });
  after(async () => {
    await rig.stop();
    await rm(folder, { recursive: true });
  });

  async function verify(
    args: string,
    environment: Readonly<Record<string, string | undefined>> = {},
    onLine?: () => void,
  ) {
    let code = 0;
    const stopping = new AbortController();
    const printed: string[] = [];
    const shell = recordedShell({
      environment: {
        DATABASE_URL: rig.database.url,
        DELTAD_CONFIG: SHOP_CONFIG,
        DELTAD_PORT: String(rig.port),
        DELTAD_JWT_SECRET: SECRET,
        ...environment,
      },
      print: (line) => {
        printed.push(line);
        onLine?.();
        if (printed.length === 3) stopping.abort();
      },
      setExitCode: (told) => {
        code = told;
      },
      catchSignals: () => stopping.signal,
    });
    await runProgram(shell, noDemo, ["verify", ...args.split(" ").filter(Boolean)]);
    return { code, printed, complaints: shell.complaints.join("") };
  }

  it("says that the running daemon shows what SQL says, and where it is", async () => {
    const { code, printed } = await verify("");
    assert.equal(code, 0);
    assert.deepEqual(printed, [`2 owners: the running daemon at http://127.0.0.1:${rig.port} shows what SQL says`]);
  });

  it("where no daemon is, it says so and exits with 3, but for --fresh", async () => {
    const nowhere = { DELTAD_PORT: String(await freePort()) };
    const { code, printed } = await verify("", nowhere);
    assert.equal(code, 3);
    assert.match(printed[0] ?? "", /^compared with no running daemon: no daemon answers at http:\S+: .*ECONNREFUSED/);
    assert.equal(printed[1], "2 owners: freshly loaded numbers are what SQL says");
    const fresh = await verify("--fresh", { ...nowhere, DELTAD_JWT_SECRET: undefined });
    assert.deepEqual([fresh.code, fresh.printed], [0, ["2 owners: freshly loaded numbers are what SQL says"]]);
  });

  it("takes an administrator's token from a file, and asks for one where there is no secret", async () => {
    const file = join(folder, "token");
    await writeFile(file, `${token({ role: "admin" }, Date.now())}\n`);
    const without = { DELTAD_JWT_SECRET: undefined };
    assert.equal((await verify(`--token-file ${file}`, without)).code, 0);
    await assert.rejects(verify("", without), { name: "ConfigError", message: /--token-file/ });
    await writeFile(file, token({ ownerId: 1 }, Date.now()));
    const { code, complaints } = await verify(`--token-file ${file}`, without);
    assert.equal(code, 69);
    assert.match(complaints, /^deltad: could not verify: [^\n]*administrator's[^\n]*\n$/);
  });

  it("a sample says by which seed it comes again", async () => {
    const { printed } = await verify("--sample 1");
    const [, seed] = /a sample, by --seed (\w+)$/.exec(printed.join()) ?? [];
    assert.deepEqual((await verify(`--sample 1 --seed ${seed}`)).printed, printed);
  });

  it("tells each value that differs, as lines and as JSON, and watches until it is told to stop, with the code of the worst round", async () => {
    const falsify = (by: number): string =>
      `begin; update payments set amount = amount + ${by} where id = 2; delete from deltad.change_payments where change_xid = pg_current_xact_id(); commit`;
    await rig.database.query(falsify(3));
    const { code, printed } = await verify("--owner 1");
    assert.equal(code, 1);
    assert.match(
      printed[0] ?? "",
      /^owner 1: the daemon: payments\.amount: [\d.]+, by SQL [\d.]+ \(3\.00 too little\)$/,
    );
    assert.match(printed[1] ?? "", /^1 of 1 owners differ: the running daemon at \S+ shows not what SQL says$/);
    assert.equal((await verify("--fresh")).code, 0);
    const json = JSON.parse((await verify("--json")).printed.join("")) as { differences: unknown[]; compared: number };
    assert.deepEqual([json.compared, json.differences.length], [2, 1]);
    let lines = 0;
    const watched = await verify("--watch 1s --json", {}, () => {
      lines += 1;
      if (lines === 1) void rig.database.query(falsify(-3));
    });
    const rounds = watched.printed.map((line) => (JSON.parse(line) as { differing: number }).differing);
    assert.deepEqual([watched.code, rounds], [1, [1, 0, 0]]);
  });
});
