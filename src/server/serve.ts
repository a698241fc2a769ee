/** `heed serve`: opens the server, says where it is, and ends it in order. */
import { createRequire } from "node:module";
import { heedError } from "../errors.ts";
import { type App, openApp, openInternalApp } from "./app.ts";
import type { AppOptions } from "./app-options.ts";
import { readCatalog } from "./catalog.ts";
import { readKeys } from "./keys.ts";
import type { Limits } from "./limits.ts";
import { openService, type ServiceOptions } from "./service.ts";

export interface ServeOptions
  extends Pick<ServiceOptions, "device" | "quantize" | "queue" | "batch" | "delay" | "timeout"> {
  readonly runs: readonly string[];
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** A port for probes and Prometheus, where no key is needed. Default: none. */
  readonly internalPort?: number | undefined;
  /** Where that port listens. */
  readonly internalHost: string;
  /** The file of keys. Default: none is needed. */
  readonly keys?: string | undefined;
  /** Serve strangers without keys. */
  readonly insecure: boolean;
  readonly trustProxy: boolean;
  readonly origins: readonly string[];
  readonly perAddress: number;
  readonly perKey: number;
  readonly connections: number;
  readonly limits: Limits;
  /** Megabytes. */
  readonly memory: number;
  readonly cache: number;
  /** Seconds between saying that no more requests are welcome and taking none. */
  readonly drain: number;
  readonly logLevel: string;
}

export interface Serving {
  readonly address: string;
  readonly models: readonly string[];
  /** Answers what was accepted, then ends. */
  readonly close: () => Promise<void>;
}

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
const MEGABYTE = 2 ** 20;
const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

/**
 * @throws ERR_CONFIG when strangers could reach it without a key; ERR_USAGE for a port that is taken; as `readCatalog`
 *   and `readKeys`.
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  refuseOpenHost(options);
  const keys = options.keys === undefined ? undefined : readKeys(options.keys);
  const models = readCatalog(options.runs);
  let isDraining = false;
  let app: App | undefined;
  const service = openService({
    ...options,
    models,
    memory: options.memory * MEGABYTE,
    cache: options.cache * MEGABYTE,
    onFault: (fields, message) => app?.log.error(fields, message),
  });
  const shared: AppOptions = { ...options, service, keys, version, isDraining: () => isDraining };
  const opened: App[] = [];
  try {
    app = await openApp(shared);
    opened.push(app);
    if (options.internalPort !== undefined) {
      const internal = await openInternalApp(shared);
      opened.push(internal);
      await listen(internal, options.internalHost, options.internalPort, "--internal-port");
    }
    const address = await listen(app, options.host, options.port, "--port");
    return {
      address,
      models: models.map(({ name, source, target }) =>
        source === undefined ? name : `${name} (${source}-${target})`,
      ),
      close: async () => {
        isDraining = true;
        await new Promise((resolve) => setTimeout(resolve, 1000 * options.drain));
        const [first, ...others] = opened as [App, ...App[]];
        await first.close();
        for (const each of others) await each.close();
        await service.close();
      },
    };
  } catch (error) {
    for (const each of opened) await each.close();
    await service.close();
    throw error;
  }
}

function refuseOpenHost({ host, keys, insecure }: ServeOptions): void {
  if (LOOPBACK.test(host) || keys !== undefined || insecure) return;
  throw heedError("ERR_CONFIG", {
    where: `--host ${host}`,
    cause: "whoever reaches this machine could ask without a key",
    remedy: "give --keys, or --insecure if something else keeps strangers out",
  });
}

async function listen(app: App, host: string, port: number, flag: string): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const cause = code === "EADDRINUSE" ? "is taken by another program" : `cannot be used (${code})`;
    throw heedError("ERR_USAGE", { where: `${flag} ${port}`, cause, remedy: "choose another" }, error);
  }
}
