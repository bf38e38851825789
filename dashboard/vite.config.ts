import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Builds the owner page into dist/page: plain files that any web server can give out, under any path, with a strict CSP. */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../dist/page",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
