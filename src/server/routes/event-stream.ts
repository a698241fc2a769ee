/** Server-sent events. @see https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FastifyReply } from "fastify";
import { Fault } from "../fault.ts";
import { SLOW } from "../limits.ts";

export type SendEvent = (type: string, data: unknown) => void;

/** The JSON of an answer, in parts. */
export type JsonParts = Iterable<string> | AsyncIterable<string>;

/**
 * Answers with events while work goes on; the last one is `done` with its result, or `error`.
 *
 * A client that reads slowly misses events in between, since each text replaces the one before. A comment now and then
 * keeps the connection from being taken for a dead one.
 *
 * @param isReplaceable  Whether an event may be left out. Default: all but the last may.
 */
export function eventStream(
  reply: FastifyReply,
  work: (send: SendEvent) => Promise<JsonParts>,
  isReplaceable = true,
): FastifyReply {
  const stream = new PassThrough();
  const beat = setInterval(() => {
    if (!stream.destroyed) stream.write(": still at work\n\n");
  }, SLOW / 3);
  const send: SendEvent = (type, data) => {
    if (stream.destroyed || (isReplaceable && stream.writableNeedDrain)) return;
    stream.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  void work(send)
    .then(
      (result) => ["done", result] as const,
      (error: unknown) => {
        const { status, message } = error instanceof Fault ? error : new Fault(500, "Internal error");
        return ["error", [JSON.stringify({ status, error: message })]] as const;
      },
    )
    .then(([type, parts]) => {
      clearInterval(beat);
      return pipeline(lastEvent(type, parts), stream);
    })
    // The client has gone.
    .catch(() => undefined);
  return reply
    .header("content-type", "text/event-stream; charset=utf-8")
    .header("cache-control", "no-store")
    .header("x-accel-buffering", "no")
    .serializer((payload: unknown) => payload as never)
    .send(stream);
}

async function* lastEvent(type: string, data: JsonParts): AsyncGenerator<string> {
  yield `event: ${type}\ndata: `;
  yield* data;
  yield "\n\n";
}
