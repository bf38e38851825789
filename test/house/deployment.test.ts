/** The files of ops/ with which deltad is deployed name what there is: options, paths, ports, exit codes; and run nothing as root. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { OPTIONS } from "../../daemon/config/options.ts";
import { routeName } from "../../daemon/gateway/http/routes.ts";

const ROOT = new URL("../../../", import.meta.url);
const HAS_SYSTEMD = spawnSync("systemd-analyze", ["--version"]).status === 0;
const NAMES: ReadonlySet<string> = new Set(Object.values(OPTIONS).map(({ name }) => name));
/** What `systemd-analyze security` may find exposed, of 100. */
const MOST_EXPOSED = 20;

interface Probe {
  readonly httpGet: { readonly path: string };
}
interface Container {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly securityContext: Readonly<Record<string, unknown>>;
}

interface Specs {
  readonly Deployment: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly Container[] } };
  };
  readonly NetworkPolicy: {
    readonly ingress: readonly { readonly from?: unknown; readonly ports: readonly { readonly port: string }[] }[];
  };
  readonly PodDisruptionBudget: { readonly minAvailable: number };
  readonly HorizontalPodAutoscaler: { readonly minReplicas: number };
}
interface Document {
  readonly kind: string;
  readonly spec: unknown;
}

function read(name: string): string {
  return readFileSync(fileURLToPath(new URL(`ops/${name}`, ROOT)), "utf8");
}

describe("deployment", () => {
  it("every option that a file of ops/ names is one", () => {
    const named = ["Containerfile", "compose.yml", "kubernetes.yml", "deltad.service"].flatMap(
      (name) => read(name).match(/\b(?:DELTAD_[A-Z_]+|DATABASE_URL)\b/g) ?? [],
    );
    assert.ok(named.length > 8);
    assert.deepEqual(
      named.filter((name) => !NAMES.has(name)),
      [],
    );
  });

  it("the image runs the built command on a Node that deltad takes, not as root, and asks it whether it lives", () => {
    const lines = read("Containerfile").split("\n");
    const last = (word: string): string =>
      lines
        .filter((line) => line.startsWith(`${word} `))
        .at(-1)
        ?.slice(word.length + 1) ?? "";
    const { bin, engines } = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8")) as {
      bin: Record<string, string>;
      engines: { node: string };
    };
    assert.ok(Number(/node:(\d+)/.exec(last("FROM"))?.[1]) > Number(/\d+/.exec(engines.node)?.[0]));
    assert.equal(last("USER"), "node");
    assert.equal(last("EXPOSE"), OPTIONS.port.default);
    const [command] = JSON.parse(last("ENTRYPOINT")) as string[];
    assert.ok(command !== undefined && command.replace("node_modules/.bin/", "") in bin);
    const check = JSON.parse(
      /CMD (\[.*\])/.exec(lines.find((line) => line.startsWith("HEALTHCHECK")) ?? "")?.[1] ?? "",
    ) as string[];
    assert.match(check.join(" "), /127\.0\.0\.1:8080\/livez'/);
    // Nobody answers here: the check must say so by its exit code.
    assert.equal(
      spawnSync(
        process.execPath,
        check.slice(1).map((part) => part.replace(":8080", ":9")),
      ).status,
      1,
    );
  });

  it("compose starts it after its database, with a file system that it can't write", () => {
    const { services } = parse(read("compose.yml")) as { services: Record<string, Record<string, unknown>> };
    assert.deepEqual(services["deltad"]?.["depends_on"], { postgres: { condition: "service_healthy" } });
    assert.equal(services["deltad"]?.["read_only"], true);
  });

  it("Kubernetes runs two, asks each by the paths that there are, and lets nobody but monitoring near the operator's port", () => {
    const documents = parseAllDocuments(read("kubernetes.yml")).map((document) => document.toJS() as Document);
    const specOf = <Kind extends keyof Specs>(kind: Kind): Specs[Kind] =>
      (documents.find((document) => document.kind === kind)?.spec as Specs[Kind] | undefined) ?? assert.fail(kind);
    const { replicas, template } = specOf("Deployment");
    const [container] = template.spec.containers;
    assert.ok(container);
    assert.equal(replicas, 2);
    assert.deepEqual(
      [container.startupProbe, container.livenessProbe, container.readinessProbe].map(({ httpGet }) =>
        routeName(httpGet.path),
      ),
      ["livez", "livez", "readyz"],
    );
    assert.equal(container.securityContext["readOnlyRootFilesystem"], true);
    const adminPort = container.env.find(({ name }) => name === "DELTAD_ADMIN_PORT")?.value;
    assert.equal(container.ports.find(({ name }) => name === "admin")?.containerPort, Number(adminPort));
    const { ingress } = specOf("NetworkPolicy");
    assert.deepEqual(
      ingress.filter(({ from }) => from === undefined).flatMap(({ ports }) => ports.map(({ port }) => port)),
      ["http"],
    );
    assert.equal(specOf("PodDisruptionBudget").minAvailable, 1);
    assert.equal(specOf("HorizontalPodAutoscaler").minReplicas, replicas);
  });

  it("systemd does not start it again where only people can mend it", () => {
    assert.match(read("deltad.service"), /^RestartPreventExitStatus=78$/m);
  });

  it("systemd takes the unit, and finds little exposed", {
    skip: !HAS_SYSTEMD && "systemd-analyze is not installed",
  }, () => {
    const folder = mkdtempSync(join(tmpdir(), "deltad-unit-"));
    try {
      const unit = join(folder, "deltad.service");
      writeFileSync(unit, read("deltad.service").replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
      const verified = spawnSync("systemd-analyze", ["verify", unit], { encoding: "utf8" });
      assert.deepEqual([verified.status, verified.stderr], [0, ""]);
      const judged = spawnSync(
        "systemd-analyze",
        ["security", "--offline=true", `--threshold=${MOST_EXPOSED}`, "--no-pager", unit],
        { encoding: "utf8" },
      );
      assert.equal(judged.status, 0, judged.stdout + judged.stderr);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
