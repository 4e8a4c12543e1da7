/** The browser suite: every test on SQLite, then on PostgreSQL, against the real binary. */
import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import type { Options } from "./lib/test.ts";

export default defineConfig<object, Options>({
  testDir: "./tests",
  outputDir: join(process.env["TMPDIR"] ?? "/tmp", "playwright-results"),
  // One server at a time: the tests share the cores with it.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: {
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env["CYTOMINE_CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "sqlite", use: { database: "sqlite" } },
    { name: "postgres", use: { database: "postgres" } },
  ],
});
