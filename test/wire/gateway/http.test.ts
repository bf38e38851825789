import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { parse } from "valibot";
import { snapshot } from "../../../protocol/down/snapshot.ts";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange } from "../../support/raw-http.ts";
import { token as tokenAt } from "../../support/tokens.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

let root: string;
let pageDir: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "deltad-page-"));
  pageDir = join(root, "page");
  await mkdir(join(pageDir, "assets"), { recursive: true });
  await writeFile(join(root, "secret.txt"), "secret");
  await writeFile(join(pageDir, "index.html"), "<!doctype html>");
  await writeFile(join(pageDir, "assets", "index-abc.js"), "export {}");
  await writeFile(join(pageDir, "assets", "style.css"), "a{}");
  await writeFile(join(pageDir, "notes.exe"), "no such type");
  await symlink(join(root, "secret.txt"), join(pageDir, "link.txt"));
});
after(() => rm(root, { recursive: true }));

await onEachTransport("HTTP", (transport) => {
  it("/livez says that the process lives, /readyz whether it vouches for its numbers", async () => {
    let isReady = false;
    const { port } = await startGateway({ transport, ready: () => isReady });
    const status = async (path: string): Promise<number> => (await exchange(port, "GET", path, { host: "x" })).status;
    assert.deepEqual([await status("/livez"), await status("/readyz")], [200, 503]);
    isReady = true;
    assert.deepEqual([await status("/livez"), await status("/readyz")], [200, 200]);
  });

  it("Only the listed paths and methods are served", async () => {
    const { port } = await startGateway({ transport, pageDir });
    const cases: readonly (readonly [string, string, number])[] = [
      ["GET", "/nothing", 404],
      ["POST", "/nothing", 404],
      ["GET", "/v1/topics", 404],
      ["GET", "/v1/topics/", 404],
      ["GET", "/v1/topics/owner:7/8", 404],
      ["GET", "/v1/stream", 426],
      ["POST", "/livez", 405],
      ["PUT", "/", 405],
      ["DELETE", "/v1/topics/owner:7", 405],
      ["OPTIONS", "/readyz", 405],
      ["HEAD", "/livez", 200],
      ["HEAD", "/", 200],
    ];
    for (const [method, path, status] of cases) {
      const answer = await exchange(port, method, path, {
        host: "x",
        "content-length": method === "POST" ? "0" : undefined,
      });
      assert.equal(answer.status, status, `${method} ${path}`);
      if (status === 405) assert.equal(answer.headers.get("allow"), "GET, HEAD");
    }
  });

  it("The page comes with its content types, may talk to its own origin only, and can't be framed", async () => {
    const { port } = await startGateway({ transport, pageDir });
    const page = await exchange(port, "GET", "/", { host: "x" });
    assert.deepEqual(
      [page.status, page.body, page.headers.get("content-type")],
      [200, "<!doctype html>", "text/html; charset=utf-8"],
    );
    assert.equal(page.headers.get("cache-control"), "no-cache");
    assert.match(
      page.headers.get("content-security-policy") ?? "",
      /default-src 'none'.*connect-src 'self'.*frame-ancestors 'none'/,
    );
    assert.equal(page.headers.get("x-content-type-options"), "nosniff");
    assert.equal(page.headers.get("referrer-policy"), "no-referrer");
    const script = await exchange(port, "GET", "/assets/index-abc.js?v=1", { host: "x" });
    assert.deepEqual(
      [script.body, script.headers.get("content-type")],
      ["export {}", "text/javascript; charset=utf-8"],
    );
    assert.match(script.headers.get("cache-control") ?? "", /immutable/);
    assert.equal(
      (await exchange(port, "GET", "/assets/style.css", { host: "x" })).headers.get("content-type"),
      "text/css; charset=utf-8",
    );
  });

  it("No path leads out of the page's folder", async () => {
    const { port } = await startGateway({ transport, pageDir });
    const paths = [
      "/../secret.txt",
      "/assets/../../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/..\\secret.txt",
    ];
    paths.push("//secret.txt", "/link.txt", "/notes.exe", "/assets", "/assets/", "/__proto__", "/constructor", "/%00");
    for (const path of paths) {
      const answer = await exchange(port, "GET", path, { host: "x" });
      assert.ok([400, 404].includes(answer.status), path);
      assert.ok(!answer.body.includes("secret"), path);
    }
  });

  it("A page that was not built is said in one line", async () => {
    const { port, logged } = await startGateway({ transport, pageDir: join(root, "nothing") });
    const page = await exchange(port, "GET", "/", { host: "x" });
    assert.deepEqual([page.status, page.body], [404, "The page is not built: npm run build makes it.\n"]);
    assert.deepEqual([logged.length, /npm run build/.test(logged[0] ?? "")], [1, true]);
  });

  it("An owner's metrics are the snapshot frame, for who may see them", async () => {
    const { port, token, publisher } = await startGateway({ transport });
    publisher.documents.set("7", { revenue: { today: "1.00" } });
    const authorization = `Bearer ${token({ ownerId: 7 })}`;
    const answer = await exchange(port, "GET", "/v1/topics/owner:7", { host: "x", authorization });
    assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "application/json"]);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const frame = parse(snapshot, JSON.parse(answer.body));
    assert.deepEqual([frame.topic, frame.data], ["owner:7", { revenue: { today: "1.00" } }]);
    const spelled = await exchange(port, "GET", "/v1/topics/owner:%2007", { host: "x", authorization });
    assert.deepEqual(parse(snapshot, JSON.parse(spelled.body)).topic, "owner:7");
    assert.deepEqual(publisher.watched, ["7"]);
  });

  it("An administrator is told at which snapshot of the database a document is, and nobody is left watching it", async () => {
    const { port, token, publisher, hub } = await startGateway({ transport });
    publisher.documents.set("7", { revenue: { today: "1.00" } });
    const get = (bearer: string, query = "?at=now") =>
      exchange(port, "GET", `/v1/topics/owner:7${query}`, { host: "x", authorization: `Bearer ${bearer}` });
    const admin = token({ role: "admin" });
    const first = await get(admin);
    const frame = parse(snapshot, JSON.parse(first.body));
    assert.deepEqual(
      [first.status, first.headers.get("etag"), frame.at, frame.data],
      [200, undefined, publisher.snapshot, { revenue: { today: "1.00" } }],
    );
    assert.deepEqual([publisher.watched, publisher.unwatched, hub.size], [["7"], ["7"], 0]);
    const plain = await get(admin, "");
    assert.equal(parse(snapshot, JSON.parse(plain.body)).at, undefined);
    // Within the interval between two frames: the second waits for its end, and whoever asks does not.
    publisher.patch("7", { revenue: { today: "2.00" } });
    publisher.patch("7", { revenue: { today: "3.00" } });
    const third = parse(snapshot, JSON.parse((await get(admin)).body));
    assert.deepEqual([third.at, third.data], [publisher.snapshot, { revenue: { today: "3.00" } }]);
    assert.deepEqual([publisher.unwatched, hub.size], [["7"], 1]);
    assert.equal((await get(token({ ownerId: 7 }))).status, 403);
    assert.deepEqual([(await get(admin, "?at=1:1:")).status, (await get(admin, "?at=")).status], [400, 400]);
    publisher.stale("7", "load_failed");
    const stale = await get(admin);
    const { error, reason, since } = JSON.parse(stale.body) as Record<string, string>;
    assert.deepEqual([stale.status, error, reason, typeof since], [503, "stale", "load_failed", "string"]);
  });

  it("An owner's metrics are refused alike whether the owner exists or not", async () => {
    const { port, token, clock, publisher } = await startGateway({ transport });
    publisher.documents.set("8", { name: "canary" });
    const bad = tokenAt({ ownerId: 8 }, clock.now(), "another secret, as long as the true one is");
    const get = async (id: string, bearer: string | undefined): Promise<string> => {
      const authorization = bearer === undefined ? undefined : `Bearer ${bearer}`;
      const answer = await exchange(port, "GET", `/v1/topics/owner:${id}`, { host: "x", authorization });
      const headers = [...answer.headers].filter(([name]) => name !== "date");
      return JSON.stringify([answer.status, headers, answer.body]);
    };
    for (const [bearer, status] of [
      [undefined, 401],
      [bad, 401],
      ["x", 401],
      [token({ ownerId: 7 }), 403],
    ] as const) {
      const answers = new Set<string>();
      for (const id of ["8", "999", "not-a-number", "%ff", "%00"]) answers.add(await get(id, bearer));
      assert.equal(answers.size, 1);
      assert.match([...answers].join(), new RegExp(`^\\[${status},`));
    }
    assert.match(await get("not-a-number", token({ role: "admin" })), /^\[404,/);
    assert.deepEqual(publisher.watched, []);
  });

  it("Numbers that can't be vouched for, or that don't come, are 503 and never a guess", async () => {
    const { port, token, publisher, hub, clock } = await startGateway({ transport });
    publisher.documents.set("7", { count: 1 });
    const authorization = `Bearer ${token({ owners: [7, 8] })}`;
    const get = (id: string) => exchange(port, "GET", `/v1/topics/owner:${id}`, { host: "x", authorization });
    assert.equal((await get("7")).status, 200);
    publisher.stale("7", "database");
    const stale = await get("7");
    assert.deepEqual([stale.status, stale.body, stale.headers.get("retry-after")], [503, '{"error":"stale"}\n', "5"]);
    const loading = get("8");
    while (!publisher.watched.includes("8")) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(5_000);
    assert.deepEqual([(await loading).status, (await loading).body], [503, '{"error":"unavailable"}\n']);
    clock.advance(60_000);
    assert.equal(hub.size, 0);
  });

  it("While the database can't be asked, metrics are 503", async () => {
    const away = async (): Promise<undefined> => {
      throw new Error("the database is away");
    };
    const { port, token } = await startGateway({ transport, kinds: new Map([["owner", away]]) });
    const authorization = `Bearer ${token({ ownerId: 7 })}`;
    assert.equal((await exchange(port, "GET", "/v1/topics/owner:7", { host: "x", authorization })).status, 503);
  });
});
