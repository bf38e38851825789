import type { Contender } from "./contender.ts";

/** The yardstick: the same tables, and nobody who looks. */
export const NOBODY: Contender = {
  name: "nobody",
  about: "the tables without triggers and without a server: what the writes themselves cost",
  client: "json",
  needs: [],
  prepare: async (_, url) => url,
  start: async () => undefined,
};
