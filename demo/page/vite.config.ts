import { join } from "node:path";
import { defineConfig, mergeConfig } from "vite";
import page from "../../dashboard/vite.config.ts";

/** Builds the marketplace's own pages into dist/demo-page: an owner's numbers, and conversations. */
export default mergeConfig(
  page,
  defineConfig({
    root: import.meta.dirname,
    publicDir: "../../dashboard/public",
    build: {
      outDir: "../../dist/demo-page",
      rollupOptions: { input: ["index.html", "conversations.html"].map((page) => join(import.meta.dirname, page)) },
    },
  }),
);
