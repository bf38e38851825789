import type { Fault } from "./fault.ts";
import { CLIENT_FAULTS } from "./faults/clients.ts";
import { DAEMON_FAULTS } from "./faults/daemons.ts";
import { LINE_FAULTS } from "./faults/lines.ts";
import { ROW_FAULTS } from "./faults/rows.ts";
import { SCHEMA_FAULTS } from "./faults/schema.ts";
import { SERVER_FAULTS } from "./faults/server.ts";

/** Every kind, by name. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  ...DAEMON_FAULTS,
  ...SERVER_FAULTS,
  ...LINE_FAULTS,
  ...ROW_FAULTS,
  ...SCHEMA_FAULTS,
  ...CLIENT_FAULTS,
};
