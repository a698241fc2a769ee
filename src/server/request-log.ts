/** Follows each request: how many there are, how long they took, and one line of log without anything of their content. */
import { setMaxListeners } from "node:events";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Metrics } from "./metrics.ts";

/** @param isDraining  Whether the server is ending; connections then end with their next answer. */
export function followRequests(app: FastifyInstance, metrics: Metrics, isDraining: () => boolean): void {
  app.addHook("onSend", async (_, reply, payload) => {
    if (isDraining()) reply.header("connection", "close");
    return payload;
  });
  app.addHook("onRequest", async (request, reply) => {
    metrics.inFlight(1);
    // "close" comes in every case: after the answer, and when the client goes before it.
    reply.raw.once("close", () => {
      metrics.inFlight(-1);
      const { method, routeOptions } = request;
      const isAnswered = reply.raw.writableFinished;
      const status = isAnswered ? reply.raw.statusCode : 499;
      const seconds = reply.elapsedTime / 1000;
      const route = routeOptions.url ?? "none";
      metrics.request(route, method, status, seconds);
      request.log.info({ route, method, status, seconds: Number(seconds.toFixed(4)) }, "answered");
    });
  });
}

/** Aborts when the client goes before its answer is complete, and when it has an answer, which what still runs cannot change. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const abort = new AbortController();
  // Each text of a request waits by itself, and there may be a thousand.
  setMaxListeners(0, abort.signal);
  // A request's own signal may abort once its body has been read; the response closes when the connection does.
  reply.raw.once("close", () => abort.abort());
  return abort.signal;
}
