import { spawnSync } from "node:child_process";

export interface Changes {
  /** Paths from the root of what differs from `against`, was never checked in, or is gone. */
  readonly files: readonly string[];
  /** What it is compared with, for people. */
  readonly against: string;
}

/**
 * What differs from where this branch left `base`, uncommitted and untracked files included. Without a base: from where it left
 * `main`; on `main` itself, what is not committed.
 */
export function changedFiles(root: string, base = "main"): Changes {
  const git = (...args: string[]): string => {
    const { status, stdout, stderr, error } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
    return stdout;
  };
  const from = git("merge-base", base, "HEAD").trim();
  const files = [
    ...git("diff", "--name-only", "--no-renames", "-z", from, "--").split("\0"),
    ...git("ls-files", "--others", "--exclude-standard", "-z").split("\0"),
  ];
  return { files: [...new Set(files.filter(Boolean))].toSorted(), against: `${base} at ${from.slice(0, 9)}` };
}
