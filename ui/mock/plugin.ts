/**
 * A stand-in for the server while the user interface is developed: `npm run dev:mock`. Any name and password sign in.
 * Set MOCK_SLIDE to a tiled JPEG SVS file to see real tiles.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { answer } from "./routes.ts";
import { Tiff } from "./tiff.ts";

async function body(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
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
  };
}
