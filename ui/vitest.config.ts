// Unit tests of what can be said without a browser; walks through real screens are in tests/ui.
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
