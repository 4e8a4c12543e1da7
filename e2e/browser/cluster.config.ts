/** The browser on a cluster: called by `../cluster/three_steps.py` with an address and a slide that is there. */
import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import main from "./playwright.config.ts";

const url = new URL(process.env["CYTOMINE_URL"] ?? "https://cytomine.test");

export default defineConfig({
  ...main,
  testDir: "./cluster",
  outputDir: join(process.env["TMPDIR"] ?? "/tmp", "playwright-cluster"),
  projects: [{ name: "cluster" }],
  use: {
    ...main.use,
    launchOptions: {
      ...main.use?.launchOptions,
      args: [
        ...(main.use?.launchOptions?.args ?? []),
        `--host-resolver-rules=MAP ${url.hostname}:443 ${process.env["CYTOMINE_ADDRESS"]}`,
        // The key of the server's certificate is trusted, as if its authority were installed; errors are not ignored.
        `--ignore-certificate-errors-spki-list=${process.env["CYTOMINE_PIN"]}`,
      ],
    },
  },
});
