/**
 * What the program says to mistakes that need no database: one line that tells what to do, and an exit code for scripts. One mistake of
 * each kind is made with the real program, the rest within this process.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { CalledProgram } from "../support/called-program.ts";
import { DeltadProgram } from "../support/deltad-program.ts";
import { listeningOn } from "../support/listening-on.ts";

const SECRET = "canary-jwt-secret-of-more-than-32-bytes";
const NOWHERE = "postgresql://daemon:canary-password@127.0.0.1:1/market";
const PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----";

/** All of them, and every misuse, are tested within one process; these show what the process makes of it. */
const COMMANDS = ["", "migrate plan", "verify"];
const MISUSES = ["", "migrate", "start --port 80", "token"];

/** Definition files by what is wrong with them, and what is said about it. */
const TABLES = `
  import { count, defineConfig, sum } from "deltad";
  import { integer, pgTable, real, text } from "drizzle-orm/pg-core";
  const shops = pgTable("shops", { id: integer("id").primaryKey(), zone: text("zone") });
  const sales = pgTable("sales", { id: integer("id").primaryKey(), shop: integer("shop"), price: real("price") });
  const owner = { table: shops, key: shops.id, timeZone: shops.zone };
  const sources = { sales: { table: sales, key: sales.id, owner: sales.shop } };`;
const DEFINITIONS: readonly (readonly [what: string, text: string, said: RegExp])[] = [
  [
    "an unknown key",
    `${TABLES} export default defineConfig({ owner, sources, metric: {}, metrics: {} } as never);`,
    /metric is no part of a configuration; did you mean metrics\?$/,
  ],
  ["a syntax error", "const a = 1;\nexport default { a: ];", /Unexpected token .*a-syntax-error\.ts:2:/],
  ["no default export", "export const a = 1;", /no-default-export\.ts has no default export; write: export default/],
  [
    "a package that is not there",
    `import "nowhere"; export default 1;`,
    /not-there\.ts: Cannot find module 'nowhere'$/,
  ],
  [
    "a sum over a float column",
    `${TABLES} export default defineConfig({ owner, sources, metrics: { total: sum(sales.price) } } as never);`,
    /price.*(numeric|integer)/,
  ],
];

/** Environments by what is wrong with them. */
const ENVIRONMENTS: readonly (readonly [what: string, change: Readonly<Record<string, string>>, said: RegExp])[] = [
  [
    "no DATABASE_URL",
    { DATABASE_URL: "" },
    /DATABASE_URL is not set: .*postgresql:\/\/user:password@host:port\/database/,
  ],
  [
    "a certificate in DATABASE_URL that is not there",
    { DATABASE_URL: "postgresql://u:canary@localhost/market?sslmode=verify-full&sslrootcert=/nowhere/canary.pem" },
    /a file that the database URL names can't be read \(ENOENT\): check sslrootcert, sslcert and sslkey in DATABASE_URL$/,
  ],
  ["a DATABASE_URL that is none", { DATABASE_URL: "canary-password" }, /DATABASE_URL must be a URL like postgresql:/],
  ["a secret that is too short", { DELTAD_JWT_SECRET: "canary-short" }, /DELTAD_JWT_SECRET .*32 bytes.*openssl rand/],
  ["no secret at all", { DELTAD_JWT_SECRET: "" }, /set DELTAD_JWT_SECRET .*DELTAD_JWT_PUBLIC_KEY/],
  ["both secret and public key", { DELTAD_JWT_PUBLIC_KEY: PUBLIC_KEY }, /are both set: keep one$/],
  [
    "a public key that is none",
    { DELTAD_JWT_SECRET: "", DELTAD_JWT_PUBLIC_KEY: PUBLIC_KEY },
    /not a public key in PEM form/,
  ],
  [
    "an unknown DELTAD_ name",
    { DELTAD_PROT: "80" },
    /DELTAD_PROT is not an option of deltad; did you mean DELTAD_PORT\?$/,
  ],
  ["a port that is none", { DELTAD_PORT: "http" }, /DELTAD_PORT must be a whole number/],
  [
    "no definition file",
    { DELTAD_CONFIG: "nowhere.ts" },
    /nowhere\.ts does not exist; write it, or name another with --config/,
  ],
];

const VARIABLES = {
  DATABASE_URL: NOWHERE,
  DELTAD_JWT_SECRET: SECRET,
  DELTAD_CONFIG: fileURLToPath(new URL("../../../demo/deltad.config.ts", import.meta.url)),
};

/** Within this process. */
const called = new CalledProgram(VARIABLES);
/** The real program. */
let deltad: DeltadProgram;
let folder = "";

before(async () => {
  deltad = await DeltadProgram.make({ ...VARIABLES, DELTAD_CONFIG: "demo/deltad.config.ts" });
  ({ folder } = deltad);
});
after(() => deltad.remove());

describe("deltad", { concurrency: 2 }, () => {
  for (const command of COMMANDS) {
    it(`${command} --help explains it and exits 0`.trim(), async () => {
      const { code, output } = await deltad.run(`${command} --help`);
      assert.equal(code, 0);
      assert.match(output, new RegExp(`^Usage: ${`deltad ${command}`.trim()} `));
    });
  }

  for (const misuse of MISUSES) {
    it(`${misuse} is bad usage: exits 2 and tells how it is used`.trim(), async () => {
      const { code, output } = await deltad.run(misuse);
      assert.equal(code, 2);
      assert.match(output, /^(error: [^\n]+\n\(deltad .*--help says how it is used\)\n|Usage: deltad [^]*)$/);
    });
  }

  for (const [index, [what, change, said]] of ENVIRONMENTS.entries()) {
    it(`start with ${what} exits 78 with one line`, async () => {
      await (index === 0 ? deltad : called).refuses("start", said, change);
    });
  }

  for (const [index, [what, text, said]] of DEFINITIONS.entries()) {
    it(`start with ${what} in the definition file exits 78 with one line`, async () => {
      const file = join(folder, `${what.replaceAll(" ", "-")}.ts`);
      await writeFile(file, text);
      await (index === 0 ? deltad : called).refuses(`start --config ${file}`, said);
    });
  }

  for (const command of ["start", "migrate plan", "migrate apply", "migrate status", "token --owner 1", "verify"]) {
    it(`${command} refuses an unknown DELTAD_ name rather than go on without it`, async () => {
      await called.refuses(command, /DELTAD_CONIFG is not an option of deltad; did you mean DELTAD_CONFIG\?$/, {
        DELTAD_CONIFG: "mine.ts",
      });
    });
  }

  it("token refuses a secret that is too short, as the daemon would", async () => {
    await called.refuses("token --owner 1", /DELTAD_JWT_SECRET .*32 bytes/, { DELTAD_JWT_SECRET: "canary-short" });
  });

  it("token, verify and demo write say how to start a demo where none runs", async () => {
    const none = { DATABASE_URL: "", DELTAD_JWT_SECRET: "" };
    for (const command of ["token --owner 1", "verify", "demo write"]) await deltad.refuses(command, /npm start/, none);
  });

  for (const command of ["migrate plan", "migrate apply", "migrate status", "verify"]) {
    it(`${command} where no database answers: one line, and a code that is neither good nor the configuration's`, async () => {
      const { code, output } = await (command === "migrate plan" || command === "migrate status" ? called : deltad).run(
        command,
      );
      assert.equal(code, command === "verify" ? 69 : 1);
      assert.match(
        output,
        /^deltad: [^\n]*127\.0\.0\.1:1\/market: connect ECONNREFUSED[^\n]*is PostgreSQL running there[^\n]*\n$/,
      );
      assert.doesNotMatch(output, /canary/);
    });
  }
});

describe("deltad demo, of which a folder takes one at a time", () => {
  it("refuses an unknown DELTAD_ name rather than go on without it", async () => {
    await deltad.refuses("demo", /DELTAD_PROT is not an option of deltad; did you mean DELTAD_PORT\?$/, {
      DELTAD_PROT: "1",
    });
  });

  it("--database: a URL that is none, and one where nobody answers", async () => {
    await deltad.refuses("demo --database canary-password", /--database must be a URL like postgresql:/);
    const { code, output } = await deltad.run(`demo --database ${NOWHERE}`);
    assert.equal(code, 1);
    assert.match(output, /\ndeltad: [^\n]*127\.0\.0\.1:1\/market: [^\n]*is PostgreSQL running there[^\n]*\n$/);
    assert.doesNotMatch(output, /canary/);
  });

  for (const name of ["DELTAD_PORT", "PORT"]) {
    it(`on a busy port that somebody asked for (${name}) exits 78 with one line, before it starts anything`, async (t) => {
      const squatter = createServer();
      const port = String(await listeningOn(squatter));
      t.after(() => squatter.close());
      await deltad.refuses("demo", /^deltad: port \d+ on 127\.0\.0\.1 is taken: .*DELTAD_PORT$/, { [name]: port });
    });
  }
});
