import { defineConfig, mergeConfig } from "vite";
import page from "../../dashboard/vite.config.ts";

/** Builds the marketplace's own page into dist/demo-page. */
export default mergeConfig(
  page,
  defineConfig({
    root: import.meta.dirname,
    publicDir: "../../dashboard/public",
    build: { outDir: "../../dist/demo-page" },
  }),
);
