import { probePort } from "../gateway/listen-error.ts";

/** `port`, or the first one after it that nobody listens on; undefined where a hundred are taken, which is no accident any more. */
export async function firstFreePort(host: string, port: number): Promise<number | undefined> {
  for (let candidate = port; candidate < port + 100 && candidate <= 65_535; candidate += 1) {
    if ((await probePort(host, candidate)) !== "EADDRINUSE") return candidate;
  }
  return undefined;
}
