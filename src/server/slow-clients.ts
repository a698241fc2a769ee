/** Ends connections whose clients do not take their answers. Requests that come slowly are cut by Node itself. */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { SLOW, TAKEN } from "./limits.ts";

/** Milliseconds between two looks at how far a client is. */
const LOOK_MS = 500;
/** Bytes of an answer that are handed over together, so that what was taken can be seen. */
const PIECE = 2 ** 15;

/**
 * Ends every answer of which less than `TAKEN` bytes were taken in `SLOW` milliseconds, while there was more: also one that
 * is taken byte by byte.
 */
export function cutSlowClients(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply, payload) => {
    follow(reply.raw, request.raw.socket);
    if (typeof payload !== "string" || payload.length <= PIECE) return payload;
    const bytes = Buffer.from(payload);
    reply.header("content-length", bytes.length);
    return Readable.from(pieces(bytes), { highWaterMark: 1 });
  });
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

function follow(response: ServerResponse, socket: Socket): void {
  const taken = (): number => socket.bytesWritten - socket.writableLength;
  let last = { bytes: taken(), at: Date.now() };
  const look = setInterval(() => {
    const [bytes, at] = [taken(), Date.now()];
    // What the system has taken from us waits there, and costs nothing here.
    if (response.writableLength === 0 || bytes - last.bytes >= TAKEN) last = { bytes, at };
    else if (at - last.at >= SLOW) socket.destroy();
  }, LOOK_MS);
  look.unref();
  response.once("close", () => clearInterval(look));
}
