import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { basename, extname, join, normalize, sep } from "node:path";
import { heedError } from "../errors.ts";
import { CHECKPOINTS, listCheckpoints } from "../runs/checkpoints.node.ts";
import { CONFIG_FILE, WEIGHTS_FILE } from "../runs/file-names.ts";
import { trainerOf } from "../runs/lock.node.ts";
import { isModelFolder } from "../runs/open-run.node.ts";

export interface StudioServerOptions {
  /** The folder of the built studio. */
  readonly page: string;
  /** The folders of runs, by the name in the address. Those that hold a model are offered to be opened. */
  readonly runs: ReadonlyMap<string, string>;
  /** 0 for any that is free. */
  readonly port: number;
}

/** The names of the models that come with the page. */
const bundledIn = (page: string): string[] => {
  const file = join(page, "models.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as string[]) : [];
};

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Threads of WASM need a page that is isolated from other sites; nothing but the page's own files may run in it. */
const HEADERS: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; img-src 'self' data: blob:; connect-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/** Files of a run that a page needs: those in its folder, and the weights of its checkpoints. */
const isShared = (path: string): boolean =>
  /^[\w.-]+\.(yaml|json|jsonl|safetensors)$/.test(path) ||
  /^checkpoints\/step-\d+\/model\.safetensors$/.test(path);

/** Whether there is a model to open, and not the log of a training alone. */
export const holdsModel = (run: string): boolean =>
  existsSync(join(run, WEIGHTS_FILE)) && (existsSync(join(run, CONFIG_FILE)) || isModelFolder(run));

/** A run as the page gets to know it. */
const described = ([name, run]: readonly [string, string]): object => {
  const trainer = trainerOf(run);
  return { name, files: sharedFiles(run), ...(trainer ? { trainer } : {}) };
};

/** The run that a path below models/ is in, and the rest of the path. Names can have slashes, as sweeps' have. */
function runAt(
  path: string,
  runs: ReadonlyMap<string, string>,
): readonly [run: string, file: string] | undefined {
  const names = [...runs.keys()].filter((name) => path.startsWith(`/models/${name}/`));
  const [name] = names.toSorted((a, b) => b.length - a.length);
  return name === undefined ? undefined : [runs.get(name) as string, path.slice(`/models/${name}/`.length)];
}

/** The paths of the files of a run that are shared. */
function sharedFiles(run: string): string[] {
  if (!existsSync(run)) return [];
  const checkpoints = listCheckpoints(run).map(
    ({ path }) => `${CHECKPOINTS}/${basename(path)}/${WEIGHTS_FILE}`,
  );
  return [...readdirSync(run), ...checkpoints].filter(isShared);
}

/**
 * Serves the studio and runs to this machine alone.
 *
 * @throws ERR_USAGE for a port that is taken.
 */
export async function openStudioServer(
  options: StudioServerOptions,
): Promise<{ readonly address: string; readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => answer(request, response, options));
  await listening(server, options.port);
  const { port } = server.address() as { port: number };
  return {
    address: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const taken =
        cause.code === "EADDRINUSE" ? "is taken by another program" : `cannot be used (${cause.code})`;
      reject(
        heedError("ERR_USAGE", { where: `--port ${port}`, cause: taken, remedy: "choose another" }, cause),
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

/** What is sent: a file, a value as JSON, or a status alone. */
type Reply = { readonly file: string } | { readonly json: unknown } | { readonly status: number };

function answer(request: IncomingMessage, response: ServerResponse, options: StudioServerOptions): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const reply = replyTo(request, options);
  if ("file" in reply) sendFile(request, response, reply.file);
  else if ("json" in reply) send(response, 200, "application/json", JSON.stringify(reply.json));
  else send(response, reply.status, "text/plain; charset=utf-8", `${reply.status}\n`);
}

function replyTo(
  { headers, method, url = "/" }: IncomingMessage,
  { page, runs }: StudioServerOptions,
): Reply {
  // Another site's name for this machine would make it a page of that site.
  const host = (headers.host ?? "").replace(/:\d+$/, "");
  if (host !== "127.0.0.1" && host !== "localhost") return { status: 403 };
  if (method !== "GET" && method !== "HEAD") return { status: 405 };
  const path = pathOf(url);
  if (path === undefined) return { status: 400 };
  const [run, file = ""] = runAt(path, runs) ?? [];
  if (path === "/models.json") return { json: [...new Set([...modelNames(runs), ...bundledIn(page)])] };
  if (path === "/runs.json")
    return { json: [...runs].filter(([, run]) => !isModelFolder(run)).map(described) };
  if (run !== undefined && file === "files.json") return { json: sharedFiles(run) };
  if (run !== undefined) return fileOf(isShared(file) ? join(run, file) : undefined);
  return fileOf(inside(page, path === "/" ? "/index.html" : path));
}

const modelNames = (runs: ReadonlyMap<string, string>): string[] =>
  [...runs].flatMap(([name, run]) => (holdsModel(run) ? [name] : []));

function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url, "http://127.0.0.1").pathname);
  } catch {
    return undefined;
  }
}

/** A path below a folder; undefined for one that leads out of it. */
function inside(folder: string, path: string): string | undefined {
  const full = normalize(join(folder, path));
  return full.startsWith(normalize(folder + sep)) && !path.includes("\0") ? full : undefined;
}

const fileOf = (file: string | undefined): Reply =>
  file !== undefined && existsSync(file) && statSync(file).isFile() ? { file } : { status: 404 };

function sendFile(request: IncomingMessage, response: ServerResponse, file: string): void {
  const isNamedByContent = /-[\w-]{8}\.\w+$/.test(file);
  response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
  response.setHeader("Content-Length", statSync(file).size);
  response.setHeader("Cache-Control", isNamedByContent ? "max-age=31536000, immutable" : "no-cache");
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  createReadStream(file)
    .on("error", () => response.destroy())
    .pipe(response);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.statusCode = status;
  response.setHeader("Content-Type", type);
  response.setHeader("Cache-Control", "no-cache");
  response.end(body);
}
