/** Folders on a server of this machine, as pages find them. */
import { readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

export interface Served {
  /** The address of the folder. */
  readonly url: string;
  /** The requests so far: "GET /config.yaml". */
  readonly asked: string[];
  readonly close: () => void;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Serves a folder, with the versions of its files.
 *
 * @param before  Answers in place of the folder where it returns true.
 */
export async function served(folder: string, before: Answer = () => false): Promise<Served> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (before(request, response)) return;
    const path = join(folder, new URL(request.url ?? "/", "http://here").pathname);
    try {
      const { mtimeMs, size } = statSync(path);
      response.writeHead(200, { etag: `"${mtimeMs}-${size}"`, "content-length": size });
      response.end(request.method === "HEAD" ? undefined : readFileSync(path));
    } catch {
      response.writeHead(404).end("there is nothing here");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/`, asked, close };
}
