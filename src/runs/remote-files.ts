import { heedError } from "../errors.ts";

/** How much of a file has arrived. */
export interface Arrival {
  /** `model.safetensors` */
  readonly file: string;
  /** Bytes so far. */
  readonly loaded: number;
  /** Bytes in all; absent where the server does not say, or sends the file compressed. */
  readonly total?: number;
}

export interface RemoteOptions {
  /** Called as each file arrives; not for files that were kept. */
  readonly onProgress?: (arrival: Arrival) => void;
  /** Aborting it ends the loading with its reason. */
  readonly signal?: AbortSignal;
}

/** Keeps files between visits. */
export interface FileStore {
  /** The answer that was kept for an address. */
  readonly match: (url: string) => Promise<Response | undefined>;
  /** Keeps a file under the headers that tell one version of it from another. */
  readonly keep: (url: string, bytes: Uint8Array<ArrayBuffer>, headers: Headers) => Promise<void>;
}

/** A folder on a server. */
export interface RemoteFiles {
  /** Its address. */
  readonly where: string;
  /**
   * The bytes of a file; undefined where the server has none of that name.
   *
   * @throws ERR_INPUT when the server cannot be reached, refuses, or does not let other sites read it.
   */
  readonly bytes: (name: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/**
 * The files of a folder on a server.
 *
 * @param from   Its address, with a / at its end or without; what follows a ? is sent with each file.
 * @param store  Where files stay until the server has others. Default: nowhere.
 */
export function remoteFiles(from: URL, options: RemoteOptions = {}, store?: FileStore): RemoteFiles {
  const base = new URL(from);
  base.hash = "";
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return {
    where: base.href.replace(/\/?(\?.*)?$/, ""),
    bytes: async (name) => {
      const url = new URL(name, base);
      url.search = base.search;
      const kept = await store?.match(url.href);
      if (kept && (await isCurrent(kept.headers, url.href, options))) return bytesOf(kept, name, {});
      const response = await request(url.href, options);
      if (response.status === 404 || response.status === 410 || isPage(response)) return undefined;
      if (!response.ok) {
        const cause = `the server answered ${[response.status, response.statusText].filter(Boolean).join(" ")}`;
        throw heedError("ERR_INPUT", { where: url.href, cause });
      }
      const bytes = await bytesOf(response, name, options).catch((cause: unknown) => {
        options.signal?.throwIfAborted();
        throw heedError("ERR_INPUT", { where: url.href, cause: "broke off while it was loading" }, cause);
      });
      if (versionOf(response.headers)) await store?.keep(url.href, bytes, response.headers);
      return bytes;
    },
  };
}

/** Servers of single-page applications answer with their page in place of a missing file. */
const isPage = ({ headers }: Response): boolean =>
  headers.get("content-type")?.startsWith("text/html") === true;

/** What tells one version of a file from another, as far as a page may read it. */
function versionOf(headers: Headers): string | undefined {
  const tag = headers.get("etag")?.replace(/^W\//, "");
  return tag ?? headers.get("last-modified") ?? undefined;
}

/** Whether the server still has the version that was kept. Where it cannot be reached, what was kept serves. */
async function isCurrent(kept: Headers, url: string, { signal }: RemoteOptions): Promise<boolean> {
  try {
    const response = await fetch(url, { method: "HEAD", ...asked(signal) });
    return response.ok && versionOf(response.headers) === versionOf(kept);
  } catch {
    signal?.throwIfAborted();
    return true;
  }
}

/** What a browser keeps by itself is not used unasked either. */
const asked = (signal: AbortSignal | undefined): RequestInit =>
  ({ cache: "no-cache", ...(signal ? { signal } : {}) }) as RequestInit;

async function request(url: string, { signal }: RemoteOptions): Promise<Response> {
  try {
    return await fetch(url, asked(signal));
  } catch (cause) {
    signal?.throwIfAborted();
    const { location } = globalThis as { readonly location?: { readonly origin: string } };
    // A page is not told which of the two it was.
    const isElsewhere = location !== undefined && location.origin !== new URL(url).origin;
    throw heedError(
      "ERR_INPUT",
      {
        where: url,
        cause: isElsewhere ? "cannot be reached, or may not be read by this site" : "cannot be reached",
        remedy: isElsewhere
          ? `check the address, and that its server sends Access-Control-Allow-Origin: ${location.origin}`
          : "check the address and the connection",
      },
      cause,
    );
  }
}

/** Reads an answer, reporting as it arrives. */
async function bytesOf(
  { headers, body }: Response,
  file: string,
  { onProgress }: RemoteOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  // Another site may keep this header from the page; then more arrives than it says, and the total is left out.
  const isCompressed = headers.get("content-encoding") !== null;
  const total = isCompressed ? Number.NaN : Number(headers.get("content-length") ?? Number.NaN);
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  const reader = body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    chunks.push(read.value);
    loaded += read.value.length;
    onProgress?.({ file, loaded, ...(loaded <= total ? { total } : {}) });
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
