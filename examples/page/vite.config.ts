import { defineConfig } from "vite";

/** WASM has threads only in a page that shares memory with no other site. Your server has to send these as well. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  worker: { format: "es" }, // ONNX Runtime is imported dynamically, which other worker formats cannot do
  define: { require: "undefined" }, // otherwise WASM threads load the page's own code and never start
  server: { headers },
  preview: { headers },
  build: {
    target: "es2022",
    rolldownOptions: { input: ["index.html", "train.html"] },
  },
});
