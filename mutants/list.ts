import { ADMISSION_MUTANTS } from "./admission.ts";
import { BUS_MUTANTS } from "./bus.ts";
import { CAPTURE_MUTANTS } from "./capture.ts";
import { CHANNEL_REFUSAL_MUTANTS } from "./channel-refusals.ts";
import { CHANNEL_CLIENT_MUTANTS } from "./channel-clients.ts";
import { CHANNEL_MUTANTS } from "./channels.ts";
import { CLIENT_MACHINE_MUTANTS } from "./client-machines.ts";
import { CLIENT_TOKENS_MUTANTS } from "./client-tokens.ts";
import { CLIENT_MUTANTS } from "./client.ts";
import { CONVERSATION_MUTANTS } from "./conversations.ts";
import { DATA_MUTANTS } from "./data.ts";
import { DBA_MUTANTS } from "./dba.ts";
import { DEFINITION_MUTANTS } from "./definition.ts";
import { EVENTS_MUTANTS } from "./events.ts";
import { EXTREME_MUTANTS } from "./extremes.ts";
import { GATEWAY_MUTANTS } from "./gateway.ts";
import { HABITS_MUTANTS } from "./habits.ts";
import { HANGAR_MUTANTS } from "./hangars.ts";
import { HTTP_MUTANTS } from "./http.ts";
import { HUB_MUTANTS } from "./hub.ts";
import { KINDS_MUTANTS } from "./kinds.ts";
import { LAYOUT_MUTANTS } from "./layout.ts";
import { LOADING_MUTANTS } from "./loading.ts";
import { METRICS_MUTANTS } from "./metrics.ts";
import type { Mutant } from "./mutant.ts";
import { OPERATOR_ACTION_MUTANTS } from "./operator-actions.ts";
import { OPERATION_MUTANTS } from "./operations.ts";
import { OPERATOR_FRAMES_MUTANTS } from "./operator-frames.ts";
import { OPERATOR_PAGE_MUTANTS } from "./operator-page.ts";
import { OPERATOR_MUTANTS } from "./operator.ts";
import { OWNER_KEYS_MUTANTS } from "./owner-keys.ts";
import { PAGE_MUTANTS } from "./page.ts";
import { OWNER_LOOKUP_MUTANTS } from "./owner-lookup.ts";
import { PARENTS_MUTANTS } from "./parents.ts";
import { PEERS_PRESENCE_MUTANTS } from "./peers-presence.ts";
import { PRESENCE_MUTANTS } from "./presence.ts";
import { REPLAYED_PARENTS_MUTANTS } from "./replayed-parents.ts";
import { ROW_KEY_MUTANTS } from "./row-key.ts";
import { REACT_MUTANTS } from "./react.ts";
import { READING_MUTANTS } from "./reading.ts";
import { RESUME_MUTANTS } from "./resume.ts";
import { RECEIPT_MUTANTS } from "./receipts.ts";
import { ROW_EVENT_MUTANTS } from "./row-events.ts";
import { SEVERAL_MUTANTS } from "./several.ts";
import { SEVERAL_COLUMNS_MUTANTS } from "./several-columns.ts";
import { SHOWN_ROW_MUTANTS } from "./shown-rows.ts";
import { SOCKETS_MUTANTS } from "./sockets.ts";
import { SUBSCRIPTION_MUTANTS } from "./subscriptions.ts";
import { SQL_MUTANTS } from "./sql.ts";
import { SWITCHED_MUTANTS } from "./switched.ts";
import { UNSEEN_MUTANTS } from "./unseen.ts";
import { VERIFY_MUTANTS } from "./verify.ts";
import { WHOLE_MUTANTS } from "./whole.ts";
import { WINDOW_MUTANTS } from "./windows.ts";
import { WRITE_MUTANTS } from "./writes.ts";
import { WITHHELD_MUTANTS } from "./withheld.ts";
import { SYNC_MUTANTS } from "./sync.ts";
// from "./whole.ts";

export const MUTANTS: readonly Mutant[] = [
  ...METRICS_MUTANTS,
  ...WINDOW_MUTANTS,
  ...EXTREME_MUTANTS,
  ...LAYOUT_MUTANTS,
  ...LOADING_MUTANTS,
  ...DEFINITION_MUTANTS,
  ...CAPTURE_MUTANTS,
  ...DATA_MUTANTS,
  ...OWNER_LOOKUP_MUTANTS,
  ...PARENTS_MUTANTS,
  ...REPLAYED_PARENTS_MUTANTS,
  ...ROW_KEY_MUTANTS,
  ...KINDS_MUTANTS,
  ...READING_MUTANTS,
  ...SEVERAL_MUTANTS,
  ...SEVERAL_COLUMNS_MUTANTS,
  ...OWNER_KEYS_MUTANTS,
  ...SQL_MUTANTS,
  ...UNSEEN_MUTANTS,
  ...SUBSCRIPTION_MUTANTS,
  ...SWITCHED_MUTANTS,
  ...DBA_MUTANTS,
  ...ROW_EVENT_MUTANTS,
  ...EVENTS_MUTANTS,
  ...WITHHELD_MUTANTS,
  ...RESUME_MUTANTS,
  ...HUB_MUTANTS,
  ...GATEWAY_MUTANTS,
  ...SHOWN_ROW_MUTANTS,
  ...SOCKETS_MUTANTS,
  ...ADMISSION_MUTANTS,
  ...HANGAR_MUTANTS,
  ...HTTP_MUTANTS,
  ...RECEIPT_MUTANTS,
  ...CONVERSATION_MUTANTS,
  ...CHANNEL_MUTANTS,
  ...BUS_MUTANTS,
  ...PEERS_PRESENCE_MUTANTS,
  ...PRESENCE_MUTANTS,
  ...CHANNEL_REFUSAL_MUTANTS,
  ...CHANNEL_CLIENT_MUTANTS,
  ...SYNC_MUTANTS,
  ...CLIENT_MACHINE_MUTANTS,
  ...CLIENT_MUTANTS,
  ...CLIENT_TOKENS_MUTANTS,
  ...PAGE_MUTANTS,
  ...REACT_MUTANTS,
  ...OPERATION_MUTANTS,
  ...OPERATOR_MUTANTS,
  ...OPERATOR_ACTION_MUTANTS,
  ...OPERATOR_FRAMES_MUTANTS,
  ...OPERATOR_PAGE_MUTANTS,
  ...VERIFY_MUTANTS,
  ...WHOLE_MUTANTS,
  ...HABITS_MUTANTS,
  ...WRITE_MUTANTS,
];
