/** What every test of this suite is given: a server on the database of its project, and a watched page. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test as base } from "@playwright/test";
import { Complaints } from "./console.ts";
import { type Database, Server } from "./server.ts";
import { Ui } from "./ui.ts";

export interface Options {
  database: Database;
}

interface Fixtures {
  complaints: Complaints;
  ui: Ui;
}

interface WorkerFixtures extends Options {
  server: Server;
}

/** The slide of the acceptance tests: 2220 x 2967 pixels, 0.499 um, 20x. Public domain (CC0). */
export const SLIDE = join(import.meta.dirname, "../../../tests/data/CMU-1-Small-Region.svs");
export const SLIDE_SIZE = { width: 2220, height: 2967 };

function isAbsent(database: Database): boolean {
  return database === "postgres" && process.env["CYTOMINE_TEST_POSTGRES"] === undefined;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  database: ["sqlite", { option: true, scope: "worker" }],

  server: [
    async ({ database }, use) => {
      // Every test is skipped before it asks for the server; skipping here would skip the first one only.
      if (isAbsent(database)) return use(undefined as never);
      const server = await Server.start(database);
      await use(server);
      await server.remove();
    },
    { scope: "worker", timeout: 120_000 },
  ],

  complaints: [
    async ({ page, database }, use, info) => {
      info.skip(isAbsent(database), "CYTOMINE_TEST_POSTGRES is not set: run through scripts/postgres");
      const complaints = new Complaints(page);
      await use(complaints);
      complaints.check();
    },
    { auto: true },
  ],

  ui: async ({ page, server }, use) => {
    await use(new Ui(page, server));
  },
});

test.beforeAll(() => {
  if (!existsSync(SLIDE)) throw new Error(`${SLIDE} is missing: is the repository complete?`);
});

export { expect } from "@playwright/test";
