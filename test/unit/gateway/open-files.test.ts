import assert from "node:assert/strict";
import { it } from "node:test";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { openFiles } from "../../../daemon/gateway/open-files.ts";

/** As Linux writes it. */
const limits = (soft: string, hard = soft): string =>
  [
    "Limit                     Soft Limit           Hard Limit           Units     ",
    "Max cpu time              unlimited            unlimited            seconds   ",
    `Max open files            ${soft.padEnd(20)} ${hard.padEnd(20)} files     `,
    "Max locked memory         8388608              8388608              bytes     ",
    "",
  ].join("\n");

async function filesOf(text: string): Promise<{ maxSockets: number | undefined; said: string[] }> {
  const said: string[] = [];
  const files = await openFiles(20_000, async () => text);
  files.tell({
    info: (_, message) => void said.push(`info: ${message}`),
    warn: (_, message) => void said.push(`warn: ${message}`),
  });
  return { maxSockets: files.maxSockets, said };
}

it("Of the files that may be open a hundred are kept from connections; where that is less than is allowed, the log says what to do", async () => {
  assert.deepEqual(await filesOf(limits("1048576")), { maxSockets: 1_048_476, said: [] });
  assert.deepEqual(await filesOf(limits("20100", "524288")), { maxSockets: 20_000, said: [] });
  const remedy = "raise LimitNOFILE= of the service, or ulimit -n, to 20100, or lower DELTAD_MAX_CONNECTIONS";
  assert.deepEqual(await filesOf(limits("20000")), {
    maxSockets: 19_900,
    said: [`info: there is room for 19900 connections only: ${remedy}`],
  });
  assert.deepEqual(await filesOf(limits("1024")), {
    maxSockets: 924,
    said: [`warn: there is room for 924 connections only: ${remedy}`],
  });
});

it("Where hardly any may be open the daemon does not start", async () => {
  await assert.rejects(filesOf(limits("199")), (error: Error) => {
    assert.ok(error instanceof ConfigError);
    assert.equal(
      error.message,
      "only 199 files may be open, deltad needs at least 200: raise LimitNOFILE= of the service, or ulimit -n",
    );
    return true;
  });
});

it("Where there is no limit, or the system does not say, there is none", async () => {
  assert.deepEqual(await filesOf(limits("unlimited")), { maxSockets: undefined, said: [] });
  assert.deepEqual(await filesOf(""), { maxSockets: undefined, said: [] });
  const files = await openFiles(1, () => Promise.reject(new Error("no such file")));
  assert.equal(files.maxSockets, undefined);
});
