/** For whoever runs the server: whether it lives, whether it can serve, what it measures, and what it understands. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { AppOptions } from "../app-options.ts";
import { documentation } from "./documentation.ts";
import { failures } from "./schemas.ts";

const status = z.object({ status: z.string() });
const written = (type: string) => ({ content: { [type]: { schema: z.string() } } });

export function operationRoutes(plain: FastifyInstance, options: AppOptions): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  liveness(app);
  readiness(app, options);
  const tags = ["Operation"];
  app.route({
    method: "GET",
    url: "/spec",
    schema: { tags, summary: "This document", response: { 200: z.looseObject({}), ...failures } },
    handler: async () => app.swagger() as Record<string, unknown>,
  });
  app.route({
    method: "GET",
    url: "/docs",
    schema: {
      tags,
      summary: "This document as a page",
      response: { 200: written("text/html"), ...failures },
    },
    handler: async (_, reply) => {
      reply
        .type("text/html; charset=utf-8")
        .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
        .serializer(String);
      return documentation(app.swagger());
    },
  });
}

/** What probes and Prometheus ask for. */
function liveness(plain: FastifyInstance): void {
  plain.withTypeProvider<ZodTypeProvider>().route({
    method: "GET",
    url: "/health",
    config: { isOpen: true },
    schema: {
      tags: ["Operation"],
      summary: "Whether the server lives",
      security: [],
      response: { 200: status },
    },
    handler: async () => ({ status: "ok" }),
  });
}

function readiness(plain: FastifyInstance, { service, isDraining }: AppOptions): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const tags = ["Operation"];
  app.route({
    method: "GET",
    url: "/ready",
    schema: {
      tags,
      summary: "Whether requests are welcome",
      response: { 200: status, 503: status, ...denied },
    },
    handler: async (_, reply) => {
      const found = isDraining() ? "draining" : service.isReady() ? "ready" : "starting";
      return reply.code(found === "ready" ? 200 : 503).send({ status: found });
    },
  });
  app.route({
    method: "GET",
    url: "/metrics",
    schema: {
      tags,
      summary: "Measurements, for Prometheus",
      response: { 200: written("text/plain"), ...denied },
    },
    handler: async (_, reply) => {
      const { registry } = service.metrics;
      return reply
        .type(registry.contentType)
        .serializer(String)
        .send(await registry.metrics());
    },
  });
}

const denied = { 401: failures[401], 403: failures[403], 429: failures[429] };

/** The routes of the port for probes and Prometheus, which nobody else reaches. */
export function internalRoutes(app: FastifyInstance, options: AppOptions): void {
  liveness(app);
  readiness(app, options);
}
