/** nginx by the configuration that docs/behind-a-proxy.md recommends, on free ports, as whoever runs the tests. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../daemon/database/cluster.ts";
import { ListeningProgram } from "./listening-program.ts";

const PAGE = fileURLToPath(new URL("../../../docs/behind-a-proxy.md", import.meta.url));
const PROGRAM = "/usr/sbin/nginx";
export const SERVER_NAME = "live.example.com";
/** Debian's nginx would put these where only root may write. */
const TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
const PATIENCE_MS = 20_000;

/** Why no nginx can be run here; undefined if it can. */
export function missingNginx(): string | undefined {
  if (!existsSync(PROGRAM)) return "nginx is not installed";
  return spawnSync("openssl", ["version"]).status === 0
    ? undefined
    : "nginx needs a certificate, and openssl is not installed";
}

export class Nginx {
  readonly port: number;
  readonly certificate: string;
  readonly #program: ListeningProgram;

  private constructor(port: number, certificate: string, program: ListeningProgram) {
    this.port = port;
    this.certificate = certificate;
    this.#program = program;
  }

  static async before(daemonPort: number): Promise<Nginx> {
    const folder = await mkdtemp(join(tmpdir(), "deltad-nginx-"));
    const [pem, key] = [join(folder, "cert.pem"), join(folder, "cert.key")];
    const subject = ["-subj", `/CN=${SERVER_NAME}`, "-addext", `subjectAltName=DNS:${SERVER_NAME}`];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    execFileSync("openssl", ["req", "-x509", ...curve, ...subject, "-keyout", key, "-out", pem], { stdio: "ignore" });
    const certificate = readFileSync(pem, "utf8");
    const port = await freePort();
    const recipe = (/```nginx\n([^]*?)```/.exec(readFileSync(PAGE, "utf8"))?.[1] ?? "")
      .replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
      .replace("/etc/ssl/live.example.com.pem", pem)
      .replace("/etc/ssl/live.example.com.key", key)
      .replace("127.0.0.1:4000", `127.0.0.1:${daemonPort}`);
    const paths = TEMPORARY.map((name) => `${name}_temp_path ${join(folder, name)};`).join("\n");
    const file = join(folder, "nginx.conf");
    await writeFile(
      file,
      `daemon off;\nmaster_process off;\npid ${join(folder, "pid")};\nevents {}\nhttp {\naccess_log off;\n${paths}\n${recipe}}\n`,
    );
    const nginx = await ListeningProgram.start({
      name: "nginx",
      program: PROGRAM,
      args: ["-e", "stderr", "-p", folder, "-c", file],
      port,
      folder,
      withinMs: PATIENCE_MS,
    });
    return new Nginx(port, certificate, nginx);
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}
