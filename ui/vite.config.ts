// How the screens are built: one entry, chunks by screen, no address of any other host.
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const target = process.env.NORTHBANK ?? "http://127.0.0.1:8080";
const proxied = ["/api", "/live", "/open311", "/healthz", "/readyz"];

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  define: {
    __VUE_OPTIONS_API__: "true",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_I18N_FULL_INSTALL__: "false",
    __VUE_I18N_LEGACY_API__: "false",
    __INTLIFY_PROD_DEVTOOLS__: "false",
    __INTLIFY_DROP_MESSAGE_COMPILER__: "false",
  },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, { target }])) },
});
