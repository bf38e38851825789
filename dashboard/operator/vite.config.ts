import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Builds the operator's page into dist/operator-page, which only the operators' listener gives out. */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../../dist/operator-page",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
