/** What PostgreSQL's `pg_snapshot` says, asked here instead of there: which transactions it sees. */
export interface Snapshot {
  /** Everything below has ended. */
  readonly xmin: bigint;
  /** Nothing from here on had begun. */
  readonly xmax: bigint;
  /** Those between that were in progress, in ascending order. */
  readonly running: readonly bigint[];
}

const FORM = /^(\d{1,20}):(\d{1,20}):((?:\d{1,20}(?:,\d{1,20})*)?)$/;

/** @throws SyntaxError for text that is not PostgreSQL's `xmin:xmax:xip,xip,…` */
export function parseSnapshot(text: string): Snapshot {
  const [, xmin, xmax, running] = FORM.exec(text) ?? [];
  if (xmin === undefined || xmax === undefined) throw new SyntaxError("not a pg_snapshot");
  return { xmin: BigInt(xmin), xmax: BigInt(xmax), running: running ? running.split(",").map(BigInt) : [] };
}

export function formatSnapshot({ xmin, xmax, running }: Snapshot): string {
  return `${xmin}:${xmax}:${running.join(",")}`;
}

/** As `pg_visible_in_snapshot(xid, snapshot)`: whether the transaction had ended when the snapshot was taken. */
export function sees({ xmin, xmax, running }: Snapshot, xid: bigint): boolean {
  return xid < xmin || (xid < xmax && !running.includes(xid));
}

/** Whether `later` sees every transaction that `earlier` sees. */
export function includes(later: Snapshot, earlier: Snapshot): boolean {
  return (
    earlier.xmax <= later.xmax && later.running.every((xid) => xid >= earlier.xmax || earlier.running.includes(xid))
  );
}
