/** Server-sent events. @see https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { PassThrough } from "node:stream";
import type { FastifyReply } from "fastify";
import type { z } from "zod";
import { Fault } from "../fault.ts";
import { SLOW } from "../limits.ts";

export type SendEvent = (type: string, data: unknown) => void;

/**
 * Answers with events while work goes on; the last one is `done` with its result, or `error`.
 *
 * A client that reads slowly misses events in between, since each text replaces the one before. A comment now and then
 * keeps the connection from being taken for a dead one.
 *
 * @param isReplaceable  Whether an event may be left out. Default: all but the last may.
 */
export function eventStream<Result>(
  reply: FastifyReply,
  schema: z.ZodType<Result>,
  work: (send: SendEvent) => Promise<Result>,
  isReplaceable = true,
): FastifyReply {
  const stream = new PassThrough();
  const write = (type: string, data: unknown): void => {
    if (!stream.destroyed) stream.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const beat = setInterval(() => {
    if (!stream.destroyed) stream.write(": still at work\n\n");
  }, SLOW / 3);
  const send: SendEvent = (type, data) => {
    if (!isReplaceable || !stream.writableNeedDrain) write(type, data);
  };
  void work(send)
    .then(
      (result) => write("done", schema.parse(result)),
      (error: unknown) => {
        const { status, message } = error instanceof Fault ? error : new Fault(500, "Internal error");
        write("error", { status, error: message });
      },
    )
    .finally(() => {
      clearInterval(beat);
      stream.end();
    });
  return reply
    .header("content-type", "text/event-stream; charset=utf-8")
    .header("cache-control", "no-store")
    .header("x-accel-buffering", "no")
    .serializer((payload: unknown) => payload as never)
    .send(stream);
}
