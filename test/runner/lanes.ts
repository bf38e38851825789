/** Runs jobs side by side, as many as there are lanes: heavy ones from the start, and no more of them at once than it says. */
import type { Job, Lanes } from "./suites.ts";

/** Takes them in their order, but for heavy ones, which come first and then one after the other. Resolves when all have ended. */
export async function runInLanes(
  jobs: readonly Job[],
  { lanes, heavy }: Lanes,
  runJob: (job: Job) => Promise<void>,
): Promise<void> {
  const heavyJobs = jobs.filter((job) => job.heavy);
  const lightJobs = jobs.filter((job) => !job.heavy);
  let heavyRunning = 0;

  const lane = async (): Promise<void> => {
    for (;;) {
      const heavyJob = heavyRunning < heavy ? heavyJobs.shift() : undefined;
      const job = heavyJob ?? lightJobs.shift();
      // Heavy ones that are left are the lanes' that run one now.
      if (job === undefined) return;
      if (heavyJob !== undefined) heavyRunning += 1;
      await runJob(job);
      if (heavyJob !== undefined) heavyRunning -= 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
