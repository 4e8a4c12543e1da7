import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

/** Address of a running `cytomine serve` that the development server forwards to. */
const server = process.env["CYTOMINE_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    // The Content-Security-Policy has no `data:` for fonts: nothing may be inlined into the style sheets.
    assetsInlineLimit: 0,
    // OpenLayers makes the viewer's chunk large; it is loaded only when a slide is opened.
    chunkSizeWarningLimit: 700,
  },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
  },
  server: {
    proxy: Object.fromEntries(
      // `Origin` must equal `Host` for cookie-authenticated writes, so the host is not rewritten.
      ["/api", "/session", "/upload", "/server"].map((path) => [path, { target: server, changeOrigin: false }]),
    ),
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts"],
  },
});
