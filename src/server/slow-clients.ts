import type { FastifyInstance } from "fastify";
import { SLOW } from "./limits.ts";

/** Ends connections whose clients do not take their answer. Requests that come slowly are cut by Node itself. */
export function cutSlowClients(app: FastifyInstance): void {
  app.addHook("onSend", async (_, reply, payload) => {
    // Each byte taken starts the timer anew; when it runs out, Node ends the connection. After the answer Node sets it itself.
    reply.raw.socket?.setTimeout(SLOW);
    return payload;
  });
}
