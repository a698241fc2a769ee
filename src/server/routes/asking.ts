/** What all routes that compute do first: who asks, until when, for which model, and no more than allowed. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { CatalogModel } from "../catalog.ts";
import { Fault, refused } from "../fault.ts";
import type { Limits } from "../limits.ts";
import { goneSignal } from "../request-log.ts";
import type { Asking } from "../scheduler.ts";
import type { Service } from "../service.ts";

/** @param seconds  In which the client wants its answer. Default, and at most: the server's. */
export const askingOf = (
  request: FastifyRequest,
  reply: FastifyReply,
  { timeout }: Pick<Service, "timeout">,
  seconds = timeout,
): Asking => ({
  client: request.client,
  request: request.id,
  signal: goneSignal(reply),
  deadline: Date.now() + 1000 * Math.min(seconds, timeout),
});

/** @throws a fault of status 400 that names the limit */
export function checkLimit(name: string, value: number, limit: number, unit: string): void {
  if (value > limit)
    throw refused(`Invalid request: ${name} (${value}) exceeds the limit of ${limit} ${unit}`);
}

/** @throws a fault of status 400 that names the limit */
export function checkTexts(texts: readonly string[], limits: Limits, name = "q"): void {
  checkLimit(name, texts.length, limits.texts, "texts");
  const characters = texts.reduce((sum, { length }) => sum + length, 0);
  checkLimit(name, characters, limits.characters, "characters");
}

/** The model of a name, or the only one of its task. @throws a fault of status 400 or 404 */
export function modelFor(
  { models }: Pick<Service, "models">,
  task: CatalogModel["task"],
  name: string | undefined,
): CatalogModel {
  const able = models.filter((model) => model.task === task);
  const [first] = able;
  if (!first) throw new Fault(404, `No model served here can ${task}`);
  if (name === undefined && able.length === 1) return first;
  const found = able.find((model) => model.name === name);
  if (found) return found;
  const names = able.map((model) => model.name).join(", ");
  throw refused(`Invalid request: model: choose one of ${names}`);
}
