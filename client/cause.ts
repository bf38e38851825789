/**
 * Why a connection ended: by the application, by silence, by `getToken`, by a frame that breaks the protocol, by a close code, or by a
 * `nack`.
 */
export type Cause = Words &
  (
    | { readonly kind: "requested" | "silence" | "token" | "protocol"; readonly code?: undefined }
    | { readonly kind: "code"; readonly code: number }
    | { readonly kind: "nack"; readonly code: string }
  );

interface Words {
  /** As the daemon gave it, or `getToken`; empty where nobody said any. */
  readonly reason: string;
  /** What to do, in one sentence. A production bundle carries no sentences: there it is the reason; `explain` of `@deltad/client/explain` has both. */
  readonly message: string;
}
