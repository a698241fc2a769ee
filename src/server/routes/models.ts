/** What is served. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Service } from "../service.ts";
import { failures } from "./schemas.ts";

const model = z.object({
  name: z.string(),
  task: z.enum(["translate", "generate", "classify"]),
  source: z.string().optional(),
  target: z.string().optional(),
  beam: z.int().optional(),
  maxLength: z.int().describe("longest text in tokens; what is longer is cut"),
  isAttentive: z.boolean().optional().describe("whether it can give an alignment"),
  labels: z.array(z.string()).optional(),
});
const limits = z.object({
  characters: z.int(),
  texts: z.int(),
  alternatives: z.int(),
  beam: z.int(),
  tokens: z.int(),
});

export function modelRoutes(plain: FastifyInstance, service: Service): void {
  plain.withTypeProvider<ZodTypeProvider>().route({
    method: "GET",
    url: "/v1/models",
    schema: {
      tags: ["Heed"],
      summary: "List the models, and how much a request may ask for",
      response: { 200: z.object({ models: z.array(model), limits }), ...failures },
    },
    handler: async () => ({
      models: service.models.map(({ directory: _, labels, ...known }) => ({
        ...known,
        ...(labels ? { labels: [...labels] } : {}),
      })),
      limits: service.limits,
    }),
  });
}
