/** The HTTP server: what all routes have in common, then the routes. */
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import underPressure from "@fastify/under-pressure";
import fastify, { type FastifyError, type FastifyInstance, LogController } from "fastify";
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from "fastify-type-provider-zod";
import { HeedError } from "../errors.ts";
import { guard, keyNeeded } from "./access.ts";
import type { AppOptions } from "./app-options.ts";
import { crossOrigin } from "./cross-origin.ts";
import { Fault } from "./fault.ts";
import { BODY, SLOW, UNREAD } from "./limits.ts";
import { followRequests } from "./request-log.ts";
import { generateRoutes } from "./routes/generate.ts";
import { libreTranslateRoutes } from "./routes/libretranslate.ts";
import { modelRoutes } from "./routes/models.ts";
import { internalRoutes, operationRoutes } from "./routes/operation.ts";
import { pageRoutes } from "./routes/page.ts";
import { textRoutes } from "./routes/texts.ts";
import { translateRoutes } from "./routes/translate.ts";
import { cutSlowClients } from "./slow-clients.ts";

export type App = FastifyInstance;

/** With which an address may be asked. */
const METHODS = ["GET", "HEAD", "POST"] as const;

/** Milliseconds by which the event loop may be late before requests are refused. */
const LATE_LOOP = 2000;

export async function openApp(options: AppOptions): Promise<App> {
  const { service, trustProxy, logLevel, version } = options;
  const app = fastify({
    trustProxy,
    bodyLimit: BODY,
    // The default log of a request has its address, and that may have a text or a key.
    logController: new LogController({ disableRequestLogging: true }),
    logger: { level: logLevel, stream: process.stderr, base: { pid: process.pid } },
    requestTimeout: SLOW,
    connectionTimeout: 0,
    keepAliveTimeout: 30_000,
    forceCloseConnections: "idle",
    http: { headersTimeout: SLOW, connectionsCheckingInterval: 500 },
    routerOptions: { maxParamLength: 200 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  acceptForms(app);
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const isStranger = options.keys !== undefined && !request.holder && !request.routeOptions.config.isOpen;
    // A body that cannot be read has no key either.
    const isUnread = isStranger && !(error instanceof Fault);
    if (isUnread) reply.header("www-authenticate", "Bearer");
    const { status, message, retryAfter } = isUnread ? keyNeeded() : faultOf(error);
    if (status >= 500 && status !== 503) request.log.error({ kind: error.name }, "an answer failed");
    if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
    // Fastify would close the connection on a body that it does not read; Node takes what still comes, within SLOW.
    if (Number(request.headers["content-length"]) <= UNREAD) reply.removeHeader("connection");
    return reply
      .code(status)
      .type("application/json")
      .send(JSON.stringify({ error: message }));
  });

  app.server.maxConnections = options.connections;
  app.server.on("drop", () => service.metrics.refused("connections"));
  followRequests(app, service.metrics, options.isDraining);
  cutSlowClients(app);
  crossOrigin(app, options.origins);
  await app.register(rateLimit, { global: false });
  guard(app, { ...options, metrics: service.metrics });
  refuseOthers(app);
  await app.register(underPressure, {
    maxEventLoopDelay: LATE_LOOP,
    pressureHandler: (request) => {
      if (request.routeOptions.config.isOpen) return;
      throw new Fault(503, "The server is too busy; try again later", 2);
    },
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "heed serve", description: "Translation, text and classification.", version },
      components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
      ...(options.keys ? { security: [{ key: [] }] } : {}),
    },
    transform: jsonSchemaTransform,
  });
  await app.register(async (routes) => {
    operationRoutes(routes, options);
    libreTranslateRoutes(routes, options);
    translateRoutes(routes, service);
    generateRoutes(routes, service);
    textRoutes(routes, service);
    modelRoutes(routes, service);
    pageRoutes(routes);
  });
  return app;
}

/** The server of the port for probes and Prometheus. */
export async function openInternalApp(options: AppOptions): Promise<App> {
  const app = fastify({ logger: false, requestTimeout: SLOW });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  internalRoutes(app, options);
  return app;
}

/** Answers what no route is for, before its body is read. */
function refuseOthers(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    if (!request.is404) return;
    const url = request.url.replace(/\?.*$/s, "");
    const allowed = METHODS.filter((method) => app.hasRoute({ method, url }));
    if (allowed.length === 0) return reply.code(404).send({ error: "There is nothing at this address" });
    const error = `This address is asked with ${allowed.join(" or ")}`;
    return reply.code(405).header("allow", allowed.join(", ")).send({ error });
  });
}

/** Forms, in which every value is a text. */
function acceptForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    async (_: unknown, body: string | Buffer) => {
      const fields = new URLSearchParams(String(body));
      const values = [...new Set(fields.keys())].map((name) => {
        const all = fields.getAll(name);
        return [name, all.length > 1 ? all : all[0]];
      });
      return Object.fromEntries(values);
    },
  );
}

/** What a client gets to know of an error: never its own text, a path or a stack. */
function faultOf(error: FastifyError | Error): Pick<Fault, "status" | "message" | "retryAfter"> {
  if (error instanceof Fault) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [first] = error.validation;
    const field = first?.instancePath.split("/").filter(Boolean).join(".") || "request";
    const message = /received undefined$/.test(first?.message ?? "")
      ? `missing ${field} parameter`
      : `${field}: ${first?.message}`;
    return { status: 400, message: `Invalid request: ${message}`, retryAfter: undefined };
  }
  if (error instanceof HeedError && error.code === "ERR_USAGE")
    return { status: 400, message: error.message.replace(/".*"/gs, "the text"), retryAfter: undefined };
  const { statusCode = 500, code = "" } = error as FastifyError;
  const known = statusCode < 500 && code.startsWith("FST_");
  const message = known ? (messages[statusCode] ?? "Invalid request") : "Internal error";
  return { status: known ? statusCode : 500, message, retryAfter: undefined };
}

const messages: Readonly<Record<number, string>> = {
  400: "Invalid request: the body is not valid JSON",
  413: `Invalid request: the body exceeds the limit of ${BODY} bytes`,
  415: "Invalid request: the body must be JSON or a form (application/x-www-form-urlencoded)",
};
