/** Who may ask, how often, and under which name requests count. Nothing is open that is not said to be. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Fault } from "./fault.ts";
import type { KeyHolder, Keys } from "./keys.ts";
import type { Metrics } from "./metrics.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The name under which requests share the server. */
    client: string;
    /** Whose key was shown. */
    holder: KeyHolder | undefined;
  }
  interface FastifyContextConfig {
    /** No key is needed: it says nothing and computes nothing. */
    readonly isOpen?: boolean;
    /** The key may be in the body, as LibreTranslate's clients send it. */
    readonly keyInBody?: boolean;
  }
}

export interface AccessOptions {
  /** Default: everybody may ask. */
  readonly keys: Keys | undefined;
  /** Requests in a minute from one address, and with one key; 0 for any number. */
  readonly perAddress: number;
  readonly perKey: number;
  readonly metrics: Metrics;
}

const MINUTE = 60_000;

/** Adds the checks to all routes, also to those that are not there. */
export function guard(app: FastifyInstance, { keys, perAddress, perKey, metrics }: AccessOptions): void {
  app.decorateRequest("client", "");
  app.decorateRequest("holder", undefined);
  const byAddress =
    perAddress > 0 &&
    app.createRateLimit({ max: perAddress, timeWindow: MINUTE, keyGenerator: ({ ip }) => networkOf(ip) });
  const byKey = app.createRateLimit({
    max: ({ holder }: FastifyRequest) => holder?.perMinute ?? (perKey || Number.MAX_SAFE_INTEGER),
    timeWindow: MINUTE,
    keyGenerator: ({ client }) => client,
  });

  const limit = async (
    check: ReturnType<FastifyInstance["createRateLimit"]>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> => {
    const found = await check(request);
    if (found.isAllowed || !found.isExceeded) return;
    metrics.refused("rate");
    reply.header("retry-after", found.ttlInSeconds);
    throw new Fault(429, `Slowdown: ${found.max} per 1 minute`, found.ttlInSeconds);
  };
  const admit = async (key: string, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const holder = await keys?.holderOf(key);
    if (!holder) {
      metrics.refused("key");
      throw new Fault(403, "Invalid API key");
    }
    request.holder = holder;
    request.client = `key ${holder.name}`;
    if (holder.perMinute !== undefined || perKey > 0) await limit(byKey, request, reply);
  };
  const refuse = (reply: FastifyReply): never => {
    metrics.refused("key");
    reply.header("www-authenticate", "Bearer");
    throw keyNeeded();
  };

  app.addHook("onRequest", async (request, reply) => {
    request.client = networkOf(request.ip);
    if (byAddress) await limit(byAddress, request, reply);
    const { isOpen, keyInBody } = request.routeOptions.config;
    if (!keys || isOpen) return;
    const key = bearerOf(request) ?? keyIn(request.query);
    if (key !== undefined) await admit(key, request, reply);
    else if (!keyInBody) refuse(reply);
  });
  app.addHook("preValidation", async (request, reply) => {
    if (!keys || request.holder || request.routeOptions.config.isOpen) return;
    const key = keyIn(request.body);
    if (key === undefined) refuse(reply);
    else await admit(key, request, reply);
  });
}

export const keyNeeded = (): Fault =>
  new Fault(401, "An API key is needed: send it as `Authorization: Bearer KEY` or as `api_key`");

const bearerOf = ({ headers }: FastifyRequest): string | undefined =>
  /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1];

/** A key under either of its names; clients that have none send an empty one. */
function keyIn(values: unknown): string | undefined {
  const { api_key: snake, apiKey: camel } = (values ?? {}) as Readonly<Record<string, unknown>>;
  return [snake, camel].find((key): key is string => typeof key === "string" && key !== "");
}

/** An address of IPv4, or the /64 network of one of IPv6, which one customer has. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined || !ip.includes(":")) return mapped ?? ip;
  const [head = "", tail] = ip.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => "0");
  return `${[...groups, ...zeros, ...after].slice(0, 4).join(":")}::/64`;
}
