/** Texts that are labelled or turned into vectors. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Service } from "../service.ts";
import { askingOf, checkTexts, modelFor } from "./asking.ts";
import { sendInParts } from "./long-answer.ts";
import { failures, modelName, texts, timeout } from "./schemas.ts";

const classified = z.object({
  model: z.string(),
  results: z.array(
    z.object({
      label: z.string().nullable().describe("the likeliest; null for a blank text"),
      probabilities: z.record(z.string(), z.number()),
    }),
  ),
});
const embedded = z.object({
  model: z.string(),
  vectors: z.array(z.array(z.number())).describe("of length 1; empty for a blank text"),
});

export function textRoutes(plain: FastifyInstance, service: Service): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const { limits, models } = service;
  const body = z.strictObject({ texts: texts(limits), model: modelName(models, "classify"), timeout });
  const listOf = (given: string | string[]): string[] => {
    const list = typeof given === "string" ? [given] : given;
    checkTexts(list, limits, "texts");
    return list;
  };

  app.route({
    method: "POST",
    url: "/v1/classify",
    schema: { tags: ["Heed"], summary: "Label texts", body, response: { 200: classified, ...failures } },
    handler: async (request, reply) => {
      const list = listOf(request.body.texts);
      const model = modelFor(service, "classify", request.body.model);
      const asking = askingOf(request, reply, service, request.body.timeout);
      const found = await service.label("classify", model, list, asking);
      const results = found.map(({ labels, probabilities }) => {
        const best = probabilities.indexOf(Math.max(...probabilities));
        return {
          label: labels[best] ?? null,
          probabilities: Object.fromEntries(probabilities.map((p, i) => [labels[i] as string, p])),
        };
      });
      return { model: model.name, results };
    },
  });

  app.route({
    method: "POST",
    url: "/v1/embed",
    schema: {
      tags: ["Heed"],
      summary: "Turn texts into vectors",
      body,
      response: { 200: embedded, ...failures },
    },
    handler: async (request, reply) => {
      const list = listOf(request.body.texts);
      const model = modelFor(service, "classify", request.body.model);
      const asking = askingOf(request, reply, service, request.body.timeout);
      const vectors = await service.label("embed", model, list, asking);
      return sendInParts(reply, { model: model.name }, "vectors", vectors) as never;
    },
  });
}
