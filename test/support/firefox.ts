/** Debian's Firefox without a window, driven by WebDriver BiDi: Playwright drives only a Firefox of its own. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { WebSocket } from "ws";
import { findProgram } from "./browser.ts";
import { eventually } from "./real-time.ts";

/** WebDriver BiDi alone listens; nothing is fetched that no page asks for. */
const PREFERENCES = {
  "remote.active-protocols": 1,
  "app.normandy.enabled": false,
  "app.update.disabledForTesting": true,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "intl.accept_languages": "en-US",
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
};

interface Answer {
  readonly id?: number;
  readonly type: string;
  readonly message?: string;
  readonly result?: {
    readonly context?: string;
    readonly type?: string;
    readonly result?: { readonly value?: unknown };
  };
  readonly params?: { readonly level?: string; readonly text?: string };
}

/** A describe block with one Firefox for all its tests; skipped where there is none. */
export function describeInFirefox(title: string, body: (firefox: () => Firefox) => void): void {
  const program = findProgram(["firefox-esr", "firefox"]);
  describe(title, { skip: program === undefined && "Firefox is not installed" }, () => {
    let running: Firefox | undefined;
    before(async () => {
      running = await Firefox.start(program ?? "");
    });
    after(() => running?.stop());
    body(() => {
      if (!running) throw new Error("Firefox runs in tests only");
      return running;
    });
  });
}

/** One tab. */
export class Firefox {
  /** Uncaught errors, and what a page wrote to the console as an error. */
  readonly errors: string[] = [];
  readonly #process: ChildProcess;
  readonly #home: string;
  readonly #answers = new Map<number, (answer: Answer) => void>();
  #socket: WebSocket | undefined;
  #asked = 0;
  #context: string | undefined;

  private constructor(process: ChildProcess, home: string) {
    this.#process = process;
    this.#home = home;
  }

  static async start(program: string): Promise<Firefox> {
    const home = await mkdtemp(join(tmpdir(), "deltad-firefox-"));
    const lines = Object.entries(PREFERENCES).map(([key, value]) => `user_pref("${key}", ${JSON.stringify(value)});\n`);
    await writeFile(join(home, "user.js"), lines.join(""));
    const child = spawn(
      program,
      ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", home, "about:blank"],
      // As root, and in containers, its sandbox does not start; and root's Firefox wants a home of root's.
      {
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, HOME: home, TZ: "UTC", MOZ_DISABLE_CONTENT_SANDBOX: "1" },
      },
    );
    let said = "";
    child.stderr?.on("data", (data: Buffer) => (said += data.toString()));
    const firefox = new Firefox(child, home);
    try {
      const url = (): string | undefined => /BiDi listening on (ws:\S+)/.exec(said)?.[1];
      await eventually(
        () => `Firefox to listen; it said: ${said}`,
        () => url() !== undefined || child.exitCode !== null,
      );
      const listensAt = url();
      assert.ok(listensAt, `Firefox ended: ${said}`);
      await firefox.#connect(`${listensAt}/session`);
    } catch (error) {
      await firefox.stop();
      throw error;
    }
    return firefox;
  }

  async open(url: string): Promise<void> {
    await this.#call("browsingContext.navigate", { context: this.#context, url, wait: "complete" });
  }

  /** The value of an expression, a string, number, boolean or null, in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const target = { context: this.#context };
    const result = await this.#call("script.evaluate", { expression, target, awaitPromise: true });
    assert.equal(result?.type, "success", expression);
    return result?.result?.value;
  }

  async stop(): Promise<void> {
    this.#socket?.terminate();
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill("SIGKILL");
      await once(this.#process, "exit");
    }
    // Its other processes end when they notice, and may write until then.
    await rm(this.#home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  async #connect(url: string): Promise<void> {
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.#take(JSON.parse(data.toString()) as Answer));
    await once(socket, "open");
    await this.#call("session.new", { capabilities: {} });
    await this.#call("session.subscribe", { events: ["log.entryAdded"] });
    this.#context = (await this.#call("browsingContext.create", { type: "tab" }))?.context;
  }

  #take({ id, params, ...answer }: Answer): void {
    if (id !== undefined) this.#answers.get(id)?.(answer);
    else if (params?.level === "error") this.errors.push(params.text ?? "");
  }

  async #call(method: string, params: object): Promise<Answer["result"]> {
    const id = ++this.#asked;
    const answered = new Promise<Answer>((resolve) => this.#answers.set(id, resolve));
    this.#socket?.send(JSON.stringify({ id, method, params }));
    const { type, message, result } = await answered;
    this.#answers.delete(id);
    assert.equal(type, "success", `${method}: ${message}`);
    return result;
  }
}
