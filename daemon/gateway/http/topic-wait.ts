/**
 * `GET /v1/topics/:topic/wait?for=…&timeout=…`: answers when what the receipt's transaction did has gone out to the topic's subscribers at this
 * daemon. Whoever asks is one of them for so long.
 */
import { MAX_WAIT_MS, WAIT_MS } from "../../../protocol/limits.ts";
import type { Frame } from "../../hub/frame.ts";
import type { Subscriber } from "../../hub/subscriber.ts";
import type { Subscription } from "../../hub/subscription.ts";
import type { WaitingHub, WaitRequest } from "../../hub/waits.ts";
import type { Identity } from "../auth/identity.ts";
import { receiptOf, type ReceiptReader, REFUSAL_OF } from "../receipt-waits.ts";
import { Tally } from "../sessions/address-tally.ts";
import { type HttpIdentification, permit, refusal, refusalOf, REFUSALS } from "./http-access.ts";
import { json } from "./response.ts";
import type { Request, Response } from "../transports/transport.ts";

export interface TopicWaitOptions {
  readonly hub: WaitingHub & { subscribe(topic: string, subscriber: Subscriber): Subscription };
  readonly identification: HttpIdentification;
  readonly readReceipt: ReceiptReader;
}

/** Of one bearer at a time, whatever the connections. */
const MOST_WAITS = 64;

/** `{"reached":true}`, or why not. An administrator, such as an application's server, may wait as often as it has connections. */
export class TopicWaits {
  readonly #options: TopicWaitOptions;
  readonly #waiting = new Tally();

  constructor(options: TopicWaitOptions) {
    this.#options = options;
  }

  async answer(request: Request, name: string): Promise<Response> {
    const permission = await permit(request, [name], this.#options.identification);
    if ("refusal" in permission) return permission.refusal;
    const { identity, topics } = permission;
    const [topic = name] = topics;
    const query = new URLSearchParams(request.query);
    const timeoutMs = timeoutOf(query.get("timeout"));
    if (timeoutMs === undefined) return refusal(400, "invalid_timeout");
    const receipt = receiptOf(query.get("for") ?? "", this.#options.readReceipt);
    if (typeof receipt === "string") return refusalOf(receipt, identity);
    const waiting = this.#waiting.count(identity.bearer);
    if (waiting >= MOST_WAITS && !identity.isAdmin) return REFUSALS.too_many_requests;
    this.#waiting.add(identity.bearer);
    const response = await this.#wait(topic, identity, { receipt, timeoutMs });
    this.#waiting.remove(identity.bearer);
    return response;
  }

  #wait(topic: string, identity: Identity, asked: WaitRequest): Promise<Response> {
    const { hub } = this.#options;
    return new Promise((resolve) => {
      let isStale = false;
      const finish = (response: Response): void => {
        queueMicrotask(() => subscription.close());
        resolve(response);
      };
      const send = ({ type, refusal: why }: Frame): void => {
        if (why !== undefined) finish(refusalOf(why, identity));
        else if (type === "stale" || type === "live") isStale = type === "stale";
      };
      const subscription = hub.subscribe(topic, { blocked: false, reader: identity, send });
      hub.wait(topic, subscription, asked, (outcome) => {
        const why = REFUSAL_OF[outcome];
        if (why === undefined) finish(json(200, '{"reached":true}\n'));
        else if (outcome === "ended") finish(REFUSALS.unavailable);
        else finish(isStale && outcome === "timed_out" ? REFUSALS.stale : refusalOf(why, identity));
      });
    });
  }
}

/** Undefined for what is no whole number of milliseconds, or too many. */
function timeoutOf(text: string | null): number | undefined {
  if (text === null) return WAIT_MS;
  const ms = /^\d{1,5}$/.test(text) ? Number(text) : MAX_WAIT_MS + 1;
  return ms <= MAX_WAIT_MS ? ms : undefined;
}
