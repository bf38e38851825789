/** What the operator's listener serves, to whom: what may be known to every holder of a token, actions to those who may act. */
import * as v from "valibot";
import type { OptionInUse } from "../config/options-in-use.ts";
import { plain, respondWith, type WholeResponse } from "../gateway/http/response.ts";
import { decoded } from "../gateway/http/well-formed.ts";
import { CONNECTION_FILTER } from "../gateway/sessions/connection-info.ts";
import type { Holder } from "./admin-tokens.ts";
import { MOST_CONNECTIONS_TOLD, type OperatorConnections, CONNECTION_ORDER } from "./operator-connections.ts";
import type { OperatorActions } from "./operator-actions.ts";
import { ABOUT_TOLD, type OperatorFrames } from "./operator-frames.ts";
import type { OperatorState } from "./operator-state.ts";
import type { OperatorStatistics } from "./operator-statistics.ts";

export interface AdminServices {
  /** In Prometheus's text format. */
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
  readonly statistics: Pick<OperatorStatistics, "ask">;
  readonly connections: Pick<OperatorConnections, "list" | "close">;
  readonly state: Pick<OperatorState, "ask">;
  readonly frames: Pick<OperatorFrames, "frames" | "told">;
  readonly actions: Pick<OperatorActions, "reload" | "verify" | "drain" | "revoke">;
  readonly options: readonly OptionInUse[];
}

/** What was asked, by whom. */
interface Asked {
  readonly query: URLSearchParams;
  /** The part of the path that names something, decoded; empty where there is none. */
  readonly name: string;
  readonly holder: Holder;
}

interface OperatorRoute {
  /** Those with POST act. */
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  answer(services: AdminServices, asked: Asked): WholeResponse | Promise<WholeResponse>;
}

const wholeNumber = v.pipe(
  v.string(),
  v.regex(/^\d{1,4}$/),
  v.transform(Number),
  v.minValue(1),
  v.maxValue(MOST_CONNECTIONS_TOLD),
);
const LIST = v.strictObject({
  ...CONNECTION_FILTER.entries,
  order: v.optional(CONNECTION_ORDER, "newest"),
  limit: v.optional(wholeNumber, "100"),
});
const HOW_TO_LIST = `ask by id, subject, topic or address; order: ${CONNECTION_ORDER.options.join(", ")}; limit: 1 to ${MOST_CONNECTIONS_TOLD}`;

const TOLD = v.strictObject(ABOUT_TOLD.entries);
const HOW_TO_ASK = "ask by topic and transaction, a number as pg_current_xact_id() gives it, and perhaps by subject";
const NO_CONNECTION = "no daemon that answered has had a connection by that id within the last ten minutes";
const NOT_VERIFIED = "only topics with numbers are verified here; `deltad verify` compares channels too";

const ROUTES: readonly OperatorRoute[] = [
  {
    method: "GET",
    path: /^\/metrics$/,
    answer: async ({ metrics }) => respondWith(200, metrics.contentType, await metrics.text()),
  },
  {
    method: "GET",
    path: /^\/admin\/api\/statistics$/,
    answer: async ({ statistics }) => json(await statistics.ask()),
  },
  {
    method: "GET",
    path: /^\/admin\/api\/state$/,
    answer: async ({ state }) => json(await state.ask()),
  },
  {
    method: "GET",
    path: /^\/admin\/api\/options$/,
    answer: ({ options }) => json({ options }),
  },
  {
    method: "GET",
    path: /^\/admin\/api\/connections$/,
    answer: async ({ connections }, { query }) => {
      const { success, output } = v.safeParse(LIST, Object.fromEntries(query));
      if (!success) return plain(400, HOW_TO_LIST);
      const { order, limit, ...filter } = output;
      return json(await connections.list(filter, order, limit));
    },
  },
  {
    method: "GET",
    path: /^\/admin\/api\/connections\/([^/]+)\/frames$/,
    answer: async ({ frames }, { name }) => {
      const found = await frames.frames(name);
      return found === undefined ? plain(404, NO_CONNECTION) : json(found);
    },
  },
  {
    method: "GET",
    path: /^\/admin\/api\/told$/,
    answer: async ({ frames }, { query }) => {
      const { success, output } = v.safeParse(TOLD, Object.fromEntries(query));
      return success ? json(await frames.told(output)) : plain(400, HOW_TO_ASK);
    },
  },
  ...(["id", "subject", "topic"] as const).map(
    (by): OperatorRoute => ({
      method: "POST",
      path: {
        id: /^\/admin\/api\/connections\/([^/]+)\/close$/,
        subject: /^\/admin\/api\/subjects\/([^/]+)\/close$/,
        topic: /^\/admin\/api\/topics\/([^/]+)\/close$/,
      }[by],
      answer: async ({ connections }, { name, holder }) => json(await connections.close({ [by]: name }, holder.name)),
    }),
  ),
  {
    method: "POST",
    path: /^\/admin\/api\/topics\/([^/]+)\/reload$/,
    answer: async ({ actions }, { name, holder }) => json(await actions.reload(name, holder.name)),
  },
  {
    method: "POST",
    path: /^\/admin\/api\/topics\/([^/]+)\/verify$/,
    answer: async ({ actions }, { name, holder }) => {
      const found = await actions.verify(name, holder.name);
      return found === undefined ? plain(400, NOT_VERIFIED) : json(found);
    },
  },
  {
    method: "POST",
    path: /^\/admin\/api\/daemons\/([^/]+)\/drain$/,
    answer: async ({ actions }, { name, holder }) => json(await actions.drain(name, holder.name)),
  },
  {
    method: "POST",
    path: /^\/admin\/api\/subjects\/([^/]+)\/revoke$/,
    answer: async ({ actions }, { name, holder }) => {
      const done = await actions.revoke(name, holder.name);
      return "refusal" in done ? plain(409, done.refusal) : json(done);
    },
  },
];

export async function answerOperator(
  method: string | undefined,
  url: string,
  holder: Holder | undefined,
  services: AdminServices,
): Promise<WholeResponse> {
  if (holder === undefined) {
    const wanted = "show one of the tokens of DELTAD_ADMIN_TOKENS: Authorization: Bearer …";
    return plain(401, wanted, { "www-authenticate": "Bearer" });
  }
  const [path = "", query = ""] = url.split("?");
  const route = ROUTES.find((one) => one.path.test(path));
  if (route === undefined) return plain(404, "not found");
  if (route.method === "POST") {
    if (method !== "POST") return plain(405, "POST only", { allow: "POST" });
    if (!holder.mayAct) return plain(403, `${holder.name} may only read: DELTAD_ADMIN_ACT_TOKENS names who may act`);
  } else if (method !== "GET" && method !== "HEAD") return plain(405, "GET only", { allow: "GET, HEAD" });
  const name = decoded(route.path.exec(path)?.[1] ?? "");
  if (name === undefined) return plain(400, "the name in the path is not well encoded: percent-encode it as UTF-8");
  return route.answer(services, { query: new URLSearchParams(query), name, holder });
}

function json(body: object): WholeResponse {
  return respondWith(200, "application/json", `${JSON.stringify(body)}\n`);
}
