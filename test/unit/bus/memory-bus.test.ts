import { describe } from "node:test";
import { MemoryExchange } from "../../../daemon/bus/memory-bus.ts";
import { keepsTheContract } from "../../support/bus-contract.ts";

describe("a bus within a process", () => {
  const exchange = new MemoryExchange();
  keepsTheContract(() => exchange.open());
});
