/** Starts and ends the real binary on a data directory and a database of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";

export type Database = "sqlite" | "postgres";

/** Milliseconds that a start may take. */
const START = 60_000;

export class Server {
  private process: ChildProcess | null = null;
  private output = "";

  private constructor(
    private readonly data: string,
    private readonly postgres: { admin: string; name: string } | null,
  ) {}

  /** The address that the server printed. */
  url = "";
  /** The password of `admin` that the first start printed. */
  password = "";

  static async start(database: Database): Promise<Server> {
    const data = await mkdtemp(join(process.env["TMPDIR"] ?? tmpdir(), "cytomine-browser-"));
    let postgres = null;
    if (database === "postgres") {
      const admin = process.env["CYTOMINE_TEST_POSTGRES"];
      if (admin === undefined) throw new Error("CYTOMINE_TEST_POSTGRES is not set");
      postgres = { admin, name: `browser_${randomBytes(6).toString("hex")}` };
      await sql(admin, `CREATE DATABASE ${postgres.name}`);
    }
    // Several servers may share a PostgreSQL database, so there the key that seals secrets is never made up.
    if (postgres !== null) {
      await writeFile(join(data, "server.key"), randomBytes(32).toString("hex"), { mode: 0o600 });
    }
    const server = new Server(data, postgres);
    try {
      await server.run();
    } catch (error) {
      await server.remove();
      throw error;
    }
    return server;
  }

  private async run(): Promise<void> {
    const binary = process.env["CYTOMINE_BIN"];
    if (binary === undefined) throw new Error("CYTOMINE_BIN is not set: the path of the binary to test");
    // After a restart the browser must find the server where it was.
    const listen = this.url === "" ? "127.0.0.1:0" : new URL(this.url).host;
    const flags = ["serve", "--data", this.data, "--listen", listen, "--metrics-listen", "127.0.0.1:0"];
    if (this.postgres !== null) {
      const url = new URL(this.postgres.admin);
      url.pathname = `/${this.postgres.name}`;
      flags.push("--database", url.href, "--key-file", join(this.data, "server.key"));
    }
    this.output = "";
    const child = spawn(binary, flags, { stdio: ["ignore", "pipe", "pipe"] });
    this.process = child;
    child.on("error", (error) => (this.output += error.message));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
    this.url = await this.printed("Open", /^\s+Open\s+(http\S+)$/m);
    if (this.password === "") this.password = await this.printed("Password", /^\s+Password\s+(\S+)$/m);
  }

  private async printed(name: string, pattern: RegExp): Promise<string> {
    const end = Date.now() + START;
    while (Date.now() < end) {
      const found = pattern.exec(this.output)?.[1];
      if (found !== undefined) return found;
      if (this.process?.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the server printed no line \`${name}\`:\n${this.output}`);
  }

  /** Ends the process and starts another on the same data. */
  async restart(): Promise<void> {
    await this.end();
    await this.run();
  }

  private async end(): Promise<void> {
    const child = this.process;
    if (child === null || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(timer);
  }

  /** Ends the process and removes everything it kept. */
  async remove(): Promise<void> {
    await this.end();
    await rm(this.data, { recursive: true, force: true });
    if (this.postgres !== null) await sql(this.postgres.admin, `DROP DATABASE ${this.postgres.name} WITH (FORCE)`);
  }
}

async function sql(address: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: address });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
