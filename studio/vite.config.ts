import { defineConfig } from "vite";
import { heedForPages } from "./heed-for-pages.ts";

/** Threads of WASM need a page that shares memory with no other site. */
const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  root: import.meta.dirname,
  // Any folder of any server will do.
  base: "./",
  plugins: [heedForPages],
  worker: { format: "es", plugins: () => [heedForPages] },
  // Without it onnxruntime-web shares a helper with the page's own code, and every thread of WASM runs that code too.
  define: { require: "undefined" },
  server: { headers: isolated },
  preview: { headers: isolated },
  build: {
    outDir: "../dist/studio",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
