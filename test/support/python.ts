import { spawnSync } from "node:child_process";

/** The one of the path, and the system's own, which Debian's packages are for. */
const PROGRAMS = ["python3", "/usr/bin/python3"];

/** A Python that has what examples/ need; undefined if there is none. */
export function findPython(): string | undefined {
  return PROGRAMS.find((program) => spawnSync(program, ["-c", "import websockets"], { stdio: "ignore" }).status === 0);
}
