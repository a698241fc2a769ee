import type { FastifyInstance } from "fastify";

/** Seconds for which a browser remembers what it may do. */
const REMEMBERED = "600";

/** Lets pages of other origins ask, where that is wanted: by default none may. */
export function crossOrigin(app: FastifyInstance, origins: readonly string[]): void {
  app.addHook("onRequest", async (request, reply) => {
    const { origin } = request.headers;
    reply.header("x-content-type-options", "nosniff");
    if (origin === undefined || origins.length === 0) return;
    const isAny = origins.includes("*");
    if (!isAny) reply.header("vary", "Origin");
    if (!isAny && !origins.includes(origin)) return;
    reply.header("access-control-allow-origin", isAny ? "*" : origin);
    const isPreflight = request.headers["access-control-request-method"] !== undefined;
    if (request.method !== "OPTIONS" || !isPreflight) return;
    reply
      .header("access-control-allow-methods", "GET, POST")
      .header("access-control-allow-headers", "Authorization, Content-Type")
      .header("access-control-max-age", REMEMBERED);
    return reply.code(204).send();
  });
}
