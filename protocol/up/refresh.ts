import * as v from "valibot";

/** Another token of the same subject, before the present one expires. */
export const refresh = v.object({ type: v.literal("refresh"), token: v.pipe(v.string(), v.minLength(1)) });
export type Refresh = v.InferOutput<typeof refresh>;
