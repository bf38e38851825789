/** What the operator's listener serves, to whom: metrics and statistics to every holder of a token, actions to those who may act. */
import { plain, respondWith, type WholeResponse } from "../gateway/http/response.ts";
import { decoded } from "../gateway/http/well-formed.ts";
import type { Holder } from "./admin-tokens.ts";
import type { OperatorApi } from "./operator-api.ts";

export interface AdminServices {
  /** In Prometheus's text format. */
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
  readonly api: Pick<OperatorApi, "statistics" | "closeSubject">;
}

const CLOSE_SUBJECT = /^\/admin\/api\/subjects\/([^/?]+)\/close$/;

export async function answerOperator(
  method: string | undefined,
  path: string,
  holder: Holder | undefined,
  { metrics, api }: AdminServices,
): Promise<WholeResponse> {
  if (holder === undefined) {
    const wanted = "show one of the tokens of DELTAD_ADMIN_TOKENS: Authorization: Bearer …";
    return plain(401, wanted, { "www-authenticate": "Bearer" });
  }
  const subject = CLOSE_SUBJECT.exec(path)?.[1];
  if (subject !== undefined) {
    if (method !== "POST") return plain(405, "POST only", { allow: "POST" });
    if (!holder.mayAct) return plain(403, `${holder.name} may only read: DELTAD_ADMIN_ACT_TOKENS names who may act`);
    const name = decoded(subject);
    if (name === undefined) return plain(400, "the subject is not well encoded: percent-encode it as UTF-8");
    return answerJson(await api.closeSubject(name, holder.name));
  }
  if (method !== "GET" && method !== "HEAD") return plain(405, "GET only", { allow: "GET, HEAD" });
  if (path === "/admin/api/statistics") return answerJson(await api.statistics());
  if (path === "/metrics") return respondWith(200, metrics.contentType, await metrics.text());
  return plain(404, "not found");
}

function answerJson(body: object): WholeResponse {
  return respondWith(200, "application/json", `${JSON.stringify(body)}\n`);
}
