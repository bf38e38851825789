/** `npm run dev` as somebody meets it who works on this repository: in a clone of its own. */
import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Clone, type DemoProcess } from "../support/demo-clone.ts";
import { TestSocket } from "../support/socket.ts";

/** What was told of the page each time that the demo came up, by a line with its port and a token. */
function pages({ output }: DemoProcess): { port: number; token: string }[] {
  const told = output.matchAll(/^open the page: +http:\/\/127\.0\.0\.1:(\d+)\/#token=(\S+)$/gm);
  return [...told].map(([, port, token = ""]) => ({ port: Number(port), token }));
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

describe("npm run dev", () => {
  let clone: Clone;
  let dev: DemoProcess;

  before(async () => {
    clone = await Clone.make({ closed: false, sources: true });
    dev = clone.start({}, [process.execPath, "bin/dev.js"]);
    await dev.says(/^stop: +Ctrl-C$/m);
  });
  after(() => clone.remove());

  it("serves the page from its sources, and passes the page's stream on to the daemon", async () => {
    const [{ port, token } = { port: 0, token: "" }] = pages(dev);
    const page = await fetch(`http://127.0.0.1:${port}/`);
    assert.match(await page.text(), /\/@vite\/client/);
    const component = await fetch(`http://127.0.0.1:${port}/marketplace-cards.tsx`);
    assert.match(await component.text(), /\$RefreshReg\$\(/, "it is replaced while it runs");
    const socket = await TestSocket.welcomed(port, token);
    socket.say({ type: "subscribe", id: "1", topic: "owner:1" });
    assert.equal((await socket.next("snapshot")).id, "1");
    socket.terminate();
  });

  it("keeps the demo that runs while a source does not compile, and restarts it when it does, at the same addresses", async () => {
    const { pid } = await clone.run();
    const file = join(clone.folder, "demo", "introduction.ts");
    const text = await readFile(file, "utf8");
    await writeFile(file, `${text}\nconst wrong: number = "text";\n`);
    await dev.says(/introduction\.ts.*error TS2322/);
    assert.equal((await clone.run()).pid, pid);
    await writeFile(file, text.replace("write a booking:", "to write a booking:"));
    await dev.says(/^to write a booking:[^]*^stop: +Ctrl-C$/m);
    assert.notEqual((await clone.run()).pid, pid);
    const [first, second] = pages(dev);
    assert.equal(first?.port, second?.port);
  });

  it("Ctrl-C ends all of it, in order", async () => {
    const [{ port } = { port: 0 }] = pages(dev);
    const { databaseUrl, port: daemonPort } = await clone.run();
    dev.child.kill("SIGINT");
    assert.equal(await dev.exited, 0, dev.output);
    for (const left of [port, daemonPort, Number(new URL(databaseUrl).port)]) assert.equal(await answers(left), false);
  });

  it("ends with what the demo says where that can't start", async () => {
    await appendFile(join(clone.folder, ".deltad", "kept.json"), "}");
    const broken = clone.start({}, [process.execPath, "bin/dev.js", "--inspect=0"]);
    assert.equal(await broken.exited, 78);
    assert.match(broken.output, /^Debugger listening on/m, "its arguments are for the demo's Node");
    assert.match(broken.output, /kept\.json is damaged/);
  });
});
