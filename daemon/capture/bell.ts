/**
 * The bell: an advisory lock that says whether the reader is asleep. Writers hold it in shared mode from their trigger to their commit; a writer
 * that can't get it notifies. The reader holds it alone while it sleeps.
 *
 * Why nothing is missed: a writer that skipped its NOTIFY keeps the bell until after its rows are visible, so the reader can't
 * take it, and fall asleep, before; a writer that comes later finds the bell held, and notifies.
 */

/** The lock's two keys; `deltad.ring()` has the same. 1684368500 is "delt" in ASCII. */
const BELL = "1684368500, 1";

/** The channel on which writers ring. */
export const BELL_CHANNEL = "deltad_bell";
/** The channel on which a heartbeat's probe comes back. */
export const PROBE_CHANNEL = "deltad_probe";

/** SQL expression: true when the bell is now held by this session. */
export const TAKE_BELL = `pg_catalog.pg_try_advisory_lock(${BELL})`;

/** A statement that gives the bell back; one release undoes one take. */
export const RELEASE_BELL = { name: "deltad_release", text: `select pg_catalog.pg_advisory_unlock(${BELL})` };

/**
 * Whether writers notify at all. `PREPARE TRANSACTION` fails in a transaction that has notified, so where transactions can be
 * prepared deltad stays awake until the operator says that writers of the watched tables never do (`twoPhase: false`).
 */
export function writersMayNotify(canPrepare: boolean, twoPhase: boolean): boolean {
  return !canPrepare || !twoPhase;
}
