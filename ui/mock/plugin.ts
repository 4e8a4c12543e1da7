/**
 * A stand-in for the server while the user interface is developed: `npm run dev:mock`. Any name and password sign in.
 * Set MOCK_SLIDE to a tiled JPEG SVS file to see real tiles. `npm run preview:mock` serves the built files in the same
 * way, under the server's Content-Security-Policy.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { answer } from "./routes.ts";
import { Tiff } from "./tiff.ts";

async function body(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function policy(nonce: string): string {
  return (
    `default-src 'self'; img-src 'self' blob: data:; worker-src 'self' blob:; style-src 'self' 'nonce-${nonce}'; ` +
    "object-src 'none'; frame-ancestors 'self'; base-uri 'none'"
  );
}

/** The built page for every address that is not a file. */
function page(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  if (request.url?.startsWith("/assets/")) return next();
  const nonce = randomBytes(16).toString("base64");
  response.setHeader("Content-Security-Policy", policy(nonce));
  response.setHeader("Content-Type", "text/html");
  response.end(readFileSync("dist/index.html", "utf8").replaceAll("__CSP_NONCE__", nonce));
}

export function mockServer(): Plugin {
  const path = process.env["MOCK_SLIDE"];
  const slide = path === undefined ? null : new Tiff(path);

  async function handle(request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
    const url = new URL(request.url ?? "/", "http://mock");
    if (!/^\/(api|session|upload)(\/|$)/.test(url.pathname)) return next();
    const reply = answer(request.method ?? "GET", url, await body(request), slide);
    response.statusCode = reply.status;
    response.setHeader("Content-Type", reply.type);
    response.end(reply.body);
  }

  return {
    name: "mock-server",
    configureServer(server) {
      server.middlewares.use((request, response, next) => void handle(request, response, next));
    },
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => void handle(request, response, () => page(request, response, next)));
    },
  };
}
