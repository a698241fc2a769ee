/** Answers that may have megabytes: written part by part, as they are taken, with turns for others in between. */
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import type { FastifyReply } from "fastify";

/** Characters that are written together. */
const PIECE = 2 ** 15;

/**
 * Sends `{...head, [name]: [...parts]}`.
 *
 * @param parts  Made when they are written, so that no more than one of them is in memory as text.
 */
export function sendInParts(
  reply: FastifyReply,
  head: object,
  name: string,
  parts: Iterable<unknown>,
): FastifyReply {
  return reply
    .type("application/json; charset=utf-8")
    .serializer((payload: unknown) => payload as never)
    .send(Readable.from(jsonInParts(head, name, parts), { highWaterMark: 1 }));
}

/** `{...head, [name]: [...parts]}` as JSON, some of it at a time. */
export async function* jsonInParts(
  head: object,
  name: string,
  parts: Iterable<unknown>,
): AsyncGenerator<string> {
  let text = `${JSON.stringify(head).slice(0, -1)},${JSON.stringify(name)}:[`;
  let between = "";
  for (const part of parts) {
    text += between + JSON.stringify(part);
    between = ",";
    if (text.length < PIECE) continue;
    yield text;
    text = "";
    await turn();
  }
  yield `${text}]}`;
}
