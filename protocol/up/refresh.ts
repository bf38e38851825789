import * as v from "valibot";

/**
 * Another token of the same subject, before the present one expires. A token that is not good, or another subject's, is answered by `error`
 * with `refresh_refused`, and the connection goes on by the old one. A subscription whose topic the new token does not name ends with a
 * `nack` of its `subscribe`.
 */
export const refresh = v.object({ type: v.literal("refresh"), token: v.pipe(v.string(), v.minLength(1)) });
export type Refresh = v.InferOutput<typeof refresh>;
