/** The demo's two servers, deltad and the one of conversations, in what the pages of each know of the other. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { NetworkInterfaceInfo } from "node:os";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { linkedPages } from "../../../demo/cli/linked-pages.ts";
import { originsOf } from "../../../demo/cli/run-demo.ts";

it("deltad gives out the owner's page, which knows the other server's port, and not the other server's page", async () => {
  const above = await mkdtemp(join(tmpdir(), "deltad-pages-"));
  try {
    const [built, folder] = [join(above, "built"), join(above, "page")];
    assert.equal(await linkedPages(built, folder, 8_123), built);
    await mkdir(built);
    await writeFile(join(built, "index.html"), '<meta name="conversations-port" content="" />');
    for (const name of ["conversations.html", "favicon.svg"]) await writeFile(join(built, name), name);
    for (const port of [8_123, 8_124]) assert.equal(await linkedPages(built, folder, port), folder);
    assert.deepEqual((await readdir(folder)).toSorted(), ["favicon.svg", "index.html"]);
    assert.equal(
      await readFile(join(folder, "index.html"), "utf8"),
      '<meta name="conversations-port" content="8124" />',
    );
  } finally {
    await rm(above, { recursive: true });
  }
});

it("the page of conversations may come from this machine, and from its other addresses where it listens on all", () => {
  const address = (text: string) => ({ address: text }) as NetworkInterfaceInfo;
  const interfaces = {
    lo: [address("127.0.0.1"), address("::1")],
    eth0: [address("192.0.2.7"), address("2001:db8::7")],
  };
  const here = ["http://127.0.0.1:9", "http://localhost:9"];
  assert.deepEqual(originsOf("127.0.0.1", 9, interfaces), here);
  assert.deepEqual(originsOf("demo.example", 9, interfaces), ["http://demo.example:9", ...here]);
  assert.deepEqual(originsOf("::1", 9, interfaces), ["http://[::1]:9", ...here]);
  for (const all of ["0.0.0.0", "::"])
    assert.deepEqual(originsOf(all, 9, interfaces), [
      ...here,
      "http://[::1]:9",
      "http://192.0.2.7:9",
      "http://[2001:db8::7]:9",
    ]);
});
