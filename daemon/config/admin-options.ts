/** Options of the operator's side; part of the one table in options.ts. */
import { adminTokens, hostName, wholeNumber } from "./option-values.ts";

export const ADMIN_OPTIONS = {
  adminPort: {
    name: "DELTAD_ADMIN_PORT",
    help: "the port of the operator's listener, which serves `/metrics` for Prometheus; without it there is none",
    schema: wholeNumber(0, 65_535),
  },
  adminHost: {
    name: "DELTAD_ADMIN_HOST",
    default: "127.0.0.1",
    help: "the address of that listener; it speaks plain HTTP, so keep it where only operators are",
    schema: hostName,
  },
  adminTokens: {
    name: "DELTAD_ADMIN_TOKENS",
    default: "",
    help: "who may ask it: names with tokens of at least 32 bytes, as in `prometheus:TOKEN,ana:TOKEN`",
    schema: adminTokens,
  },
  adminActTokens: {
    name: "DELTAD_ADMIN_ACT_TOKENS",
    default: "",
    help: "who may act there as well, as in `DELTAD_ADMIN_TOKENS`: close connections at all daemons",
    schema: adminTokens,
  },
} as const;
