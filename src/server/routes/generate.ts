/** Texts that language models continue. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Service } from "../service.ts";
import { askingOf, checkLimit, checkTexts, modelFor } from "./asking.ts";
import { eventStream } from "./event-stream.ts";
import { failures, modelName, streamed, text, timeout } from "./schemas.ts";

const bodyOf = ({ limits, models }: Service) =>
  z.strictObject({
    prompt: text(limits).default("").describe("the text to continue; default: start on a new line"),
    model: modelName(models, "generate"),
    tokens: z.int().min(1).meta({ maximum: limits.tokens }).default(200).describe("most tokens to write"),
    temperature: z.number().min(0).max(100).optional().describe("0 takes the likeliest token; default 1"),
    topK: z.int().min(1).optional(),
    topP: z.number().min(0).max(1).optional(),
    seed: z.int().min(0).optional().describe("same seed, same text; default 42"),
    noRepeatNgram: z.int().min(0).max(100).optional(),
    repetitionPenalty: z.number().min(1).max(100).optional(),
    stream: z.boolean().default(false).describe("send server-sent events while it is written"),
    timeout,
  });
const answer = z.object({
  model: z.string(),
  text: z.string().describe("what follows the prompt"),
  tokens: z.int(),
});

export function generateRoutes(plain: FastifyInstance, service: Service): void {
  plain.withTypeProvider<ZodTypeProvider>().route({
    method: "POST",
    url: "/v1/generate",
    schema: {
      tags: ["Heed"],
      summary: "Continue a text",
      description:
        "With stream, events of the type `text` {text} have what is added. The last one is `done` with the whole answer, or `error`.",
      body: bodyOf(service),
      response: { 200: streamed(answer), ...failures },
    },
    handler: async (request, reply) => {
      const { model: name, stream, timeout: seconds, ...work } = request.body;
      checkTexts([work.prompt], service.limits, "prompt");
      checkLimit("tokens", work.tokens, service.limits.tokens, "tokens");
      const model = modelFor(service, "generate", name);
      const asking = askingOf(request, reply, service, seconds);
      const generate = async (onText?: (text: string) => void): Promise<z.output<typeof answer>> => ({
        model: model.name,
        ...(await service.generate(model, work, asking, onText)),
      });
      if (!stream) return generate();
      // Each piece is new, so none may be left out.
      return eventStream(
        reply,
        async (send) => [JSON.stringify(await generate((text) => send("text", { text })))],
        false,
      ) as never;
    },
  });
}
