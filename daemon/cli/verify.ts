import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { databaseCheck } from "../capture/check-database.ts";
import { isGiven, readOption, refuseUnknownNames } from "../config/config.ts";
import { loadDefinitionFile } from "../define/definition-file.ts";
import { ConfigError } from "../config/errors.ts";
import { OPTIONS } from "../config/options.ts";
import { reasonOf } from "../database/reason.ts";
import { captureChoices } from "../plan/capture-choices.ts";
import { compileKinds, limitedKinds } from "../plan/compile.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { DaemonDocuments, NoDaemon } from "../verify/daemon-documents.ts";
import type { Choice } from "../verify/listed-owners.ts";
import { emptyVerdict, type Verdict } from "../verify/verdict.ts";
import { verifyChannels } from "../verify/verify-channels.ts";
import { verifyOwners, type VerifyOptions } from "../verify/verify-owners.ts";
import { daemonAddress, type GivenAddress } from "./daemon-address.ts";
import type { LoadDemo, RunningDemo } from "./demo.ts";
import { durationArgument } from "./duration.ts";
import { Progress } from "./progress.ts";
import type { Shell } from "./shell.ts";
import { asJson, called, CODES, codeOf, report, type Round, summary, worse } from "./verify-report.ts";
import { wholeNumberArgument } from "./whole-number.ts";

interface VerifyArguments extends GivenAddress {
  readonly owner: string[];
  readonly kind?: string;
  readonly all?: boolean;
  readonly sample?: number;
  readonly seed?: string;
  readonly fresh: boolean;
  /** Seconds between two rounds. */
  readonly watch?: number | true;
  readonly json: boolean;
  readonly config?: string;
}

/** Long enough for a busy database to write something. */
const COLLECT_MS = 1_000;
const WATCH_SECONDS = 10;
/** Of each kind of channels: there may be millions, and each costs the daemon a load. */
const USUAL_CHANNELS = 100;

/** `deltad verify`: proves that the running daemon's numbers equal a full recompute. */
export function verifyCommand(shell: Shell, demo: LoadDemo): Command {
  return new Command("verify")
    .description(
      "compare the running daemon's numbers with a full recompute by SQL, in DATABASE_URL or, without it, of the running demo",
    )
    .option(
      "--all",
      "every owner, and every topic of other kinds (so unless something else is said: of channels 100 each)",
    )
    .option("--sample <n>", "so many of each kind at random", wholeNumberArgument(1, 999_999))
    .option("--seed <text>", "which ones a sample takes: the same for the same text")
    .option("--owner <id>", "only this owner, or with --kind this one of them; may be repeated", more, [])
    .option("--kind <name>", "only topics of this kind, as the configuration calls it")
    .option("--watch [duration]", "again and again, so long after each round (10s), until Ctrl-C", durationArgument)
    .option("--url <url>", "where the daemon is, instead of DELTAD_HOST and DELTAD_PORT")
    .option("--token-file <file>", "a file with an administrator's token, instead of one made with DELTAD_JWT_SECRET")
    .option("--fresh", "compare numbers that are loaded for this, and no daemon's", false)
    .option("--json", "print one JSON document for each kind in each round", false)
    .option("--config <file>", `instead of ${OPTIONS.configFile.name}`)
    .addHelpText(
      "after",
      "\nExits with 0 if all is equal, 1 if numbers differ, 3 if nothing differs but no daemon was compared, 4 if nothing differs but some\nowner could not be compared, 69 if it could not be found out; after --watch with the worst of these.",
    )
    .action((given: VerifyArguments, command: Command) => {
      const ways = [given.all, given.sample, given.owner.length > 0 || undefined].filter((way) => way !== undefined);
      if (ways.length > 1) command.error("error: give one of --all, --sample and --owner");
      if (given.seed !== undefined && given.sample === undefined) command.error("error: --seed is of a --sample");
      return verify(shell, demo, given);
    });
}

async function verify(shell: Shell, demo: LoadDemo, given: VerifyArguments): Promise<void> {
  const { run, ...options } = await prepare(shell, demo, given);
  const stopping = shell.catchSignals(() => Promise.resolve());
  const daemon = given.fresh ? undefined : new DaemonDocuments(await daemonAddress(shell.environment, given, run));
  const pauseSeconds = given.watch === true ? WATCH_SECONDS : given.watch;
  let worst: number = CODES.equal;
  do {
    worst = worse(worst, await allKinds(shell, given, { ...options, daemon, stopping }));
    shell.setExitCode(worst);
    if (pauseSeconds !== undefined)
      await sleep(pauseSeconds * 1000, undefined, { signal: stopping }).catch(() => undefined);
  } while (pauseSeconds !== undefined && !stopping.aborted);
}

interface Prepared extends Pick<VerifyOptions, "url" | "check"> {
  readonly plans: readonly Plan[];
  readonly channels: readonly ChannelPlan[];
}
type Rounds = Prepared & Pick<VerifyOptions, "stopping"> & { readonly daemon: DaemonDocuments | undefined };

/** What is verified of one kind of topics. */
interface Kind {
  readonly kind: string;
  /** So many at random, where nothing else is said; undefined: all. */
  readonly usually: number | undefined;
  readonly verify: (
    options: Pick<VerifyOptions, "choice" | "progress"> & { readonly daemon: DaemonDocuments | undefined },
  ) => Promise<Verdict>;
}

function kindsOf({ plans, channels, ...options }: Rounds): Kind[] {
  const more = { collectMs: COLLECT_MS, sleep: (delayMs: number) => sleep(delayMs) };
  return [
    ...plans.map((plan) => ({
      kind: plan.kind,
      usually: undefined,
      verify: (own: Parameters<Kind["verify"]>[0]) => verifyOwners({ ...options, ...more, ...own, plan }),
    })),
    ...channels.map((plan) => ({
      kind: plan.kind,
      usually: USUAL_CHANNELS,
      verify: async ({ daemon, ...own }: Parameters<Kind["verify"]>[0]) =>
        daemon === undefined ? emptyVerdict(undefined) : verifyChannels({ ...options, ...own, daemon, plan }),
    })),
  ];
}

/** One kind of topics after another. Gives the exit code. */
async function allKinds(shell: Shell, given: VerifyArguments, options: Rounds): Promise<number> {
  let worst: number = CODES.equal;
  for (const [at, kind] of kindsOf(options).entries()) {
    if (options.stopping.aborted && at > 0) break;
    const code = await oneRound(shell, given, kind, options);
    worst = worse(worst, code);
    // It would be so for every kind.
    if (code === CODES.unavailable) break;
  }
  return worst;
}

/** Gives the exit code. */
async function oneRound(
  shell: Shell,
  given: VerifyArguments,
  { kind, usually, verify: verifyKind }: Kind,
  options: Pick<Rounds, "daemon" | "stopping">,
): Promise<number> {
  const progress = new Progress(shell, (done, total) => `verified ${done} of ${total} ${called(kind, total)}`);
  try {
    const noDaemon = await options.daemon?.reach().then(
      () => undefined,
      (error: unknown) => (error instanceof NoDaemon ? error.message : Promise.reject(error)),
    );
    const sample = given.sample ?? (given.all || given.owner.length > 0 ? undefined : usually);
    const seed = sample === undefined ? undefined : (given.seed ?? randomBytes(4).toString("hex"));
    let done = 0;
    let total = 0;
    const verdict = await verifyKind({
      daemon: noDaemon === undefined ? options.daemon : undefined,
      choice: choiceOf(given.owner, sample, seed),
      progress: (now, of) => {
        [done, total] = [now, of];
        progress.show(done, total);
      },
    });
    progress.end();
    const round: Round = {
      kind,
      verdict,
      noDaemon,
      seed,
      isPartial: options.stopping.aborted && done < Math.max(total, 1),
    };
    say(shell, given, round);
    return codeOf(round);
  } catch (error) {
    progress.end();
    if (error instanceof ConfigError) throw error;
    shell.complain(`deltad: could not verify: ${reasonOf(error)}\n`);
    return CODES.unavailable;
  }
}

function say(shell: Shell, { json, watch }: VerifyArguments, round: Round): void {
  if (json) return shell.print(asJson(round));
  const lines = watch === undefined || codeOf(round) !== CODES.equal ? report(round) : [summary(round)];
  const when = watch === undefined ? "" : `${new Date().toISOString()} `;
  for (const [at, text] of lines.entries()) shell.print(at === lines.length - 1 ? `${when}${text}` : text);
}

function choiceOf(owner: readonly string[], sample: number | undefined, seed: string | undefined): Choice {
  if (sample !== undefined && seed !== undefined) return { kind: "sample", count: sample, seed };
  return owner.length > 0 ? { kind: "named", owners: owner } : { kind: "all" };
}

async function prepare(
  shell: Shell,
  demo: LoadDemo,
  { config, kind, owner, fresh }: VerifyArguments,
): Promise<Prepared & { readonly run: RunningDemo | undefined }> {
  refuseUnknownNames(shell.environment);
  const run = isGiven(shell.environment, "databaseUrl") ? undefined : await findDemo(shell, demo);
  const url = run?.databaseUrl ?? readOption(shell.environment, "databaseUrl");
  const definition = await loadDefinitionFile(config ?? run?.configFile ?? readOption(shell.environment, "configFile"));
  const compiled = limitedKinds(compileKinds(definition), {
    maxRows: readOption(shell.environment, "maxRows"),
    maxRowBytes: readOption(shell.environment, "maxRowBytes"),
  });
  // Without a kind, a name is an owner's.
  const wanted = kind ?? (owner.length > 0 ? "owner" : undefined);
  const isWanted = (plan: { readonly kind: string }): boolean => wanted === undefined || plan.kind === wanted;
  const [plans, channels] = [compiled.plans.filter(isWanted), compiled.channels.filter(isWanted)];
  if (plans.length + channels.length === 0)
    throw new ConfigError(
      `the configuration has no kind of topics called ${wanted}: it has ${[...compiled.plans, ...compiled.channels].map((plan) => plan.kind).join(", ")}`,
    );
  if (fresh && plans.length === 0)
    throw new ConfigError(`${wanted} is a kind of channels, whose rows only a running daemon shows: leave out --fresh`);
  return {
    url,
    plans,
    channels: fresh ? [] : channels,
    check: databaseCheck(compiled, captureChoices(definition)),
    run,
  };
}

async function findDemo(shell: Shell, demo: LoadDemo): Promise<RunningDemo> {
  const run = await (await demo()).findRunning(shell);
  if (run) return run;
  throw new ConfigError(
    `there is no running demo here to verify: start it with npm start, or set ${OPTIONS.databaseUrl.name}`,
  );
}

function more(id: string, before: string[]): string[] {
  return [...before, id];
}
