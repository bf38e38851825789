import * as v from "valibot";

/** The first message of a client that brought no token in the handshake, within 5 s. */
export const authenticate = v.object({ type: v.literal("authenticate"), token: v.pipe(v.string(), v.minLength(1)) });
export type Authenticate = v.InferOutput<typeof authenticate>;
