/** Translation with all that a model can tell: several hypotheses, scores, alignment, constraints, and text while it is written. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { type Calibration, confidenceOfTokens } from "../../evaluation/calibration.ts";
import type { CatalogModel } from "../catalog.ts";
import { refused } from "../fault.ts";
import type { Limits } from "../limits.ts";
import type { Service } from "../service.ts";
import type { Hypotheses, SentenceOptions } from "../translating.ts";
import { askingOf, checkLimit, checkTexts, modelFor } from "./asking.ts";
import { eventStream } from "./event-stream.ts";
import { jsonInParts, sendInParts } from "./long-answer.ts";
import { codeOf, failures, modelName, streamed, texts, timeout } from "./schemas.ts";

/** Hypotheses that a request may ask for. */
const mostOf = ({ beam, alternatives }: Limits): number => Math.min(beam, alternatives + 1);

function bodyOf({ limits, models, directions }: Service) {
  const { sources, targets } = directions;
  const tokens = { maximum: limits.tokens };
  const isOne = models.filter(({ task }) => task === "translate").length === 1;
  return z
    .strictObject({
      q: texts(limits).describe("a sentence, or an array of sentences; each is given to the model as it is"),
      model: modelName(models, "translate"),
      source: codeOf(sources).optional(),
      target: codeOf(targets).optional(),
      beam: z
        .int()
        .min(1)
        .meta({ maximum: limits.beam })
        .optional()
        .describe("hypotheses kept at each step; default: the run's"),
      nBest: z
        .int()
        .min(1)
        .meta({ maximum: mostOf(limits) })
        .default(1)
        .describe("hypotheses to give"),
      alignment: z.boolean().default(false).describe("give where each token looked in the source"),
      prefix: z.string().optional().describe("text that every translation begins with"),
      bias: z
        .record(z.string(), z.number())
        .meta({ maxProperties: limits.texts })
        .optional()
        .describe("added to the log probability of words or pieces; -1e9 bans one"),
      noRepeatNgram: z.int().min(0).max(100).optional(),
      repetitionPenalty: z.number().min(1).max(100).optional(),
      minLength: z.int().min(0).meta(tokens).optional().describe("fewest tokens"),
      maxLength: z.int().min(1).meta(tokens).optional().describe("most tokens"),
      stream: z.boolean().default(false).describe("send server-sent events while the search goes on"),
      timeout,
    })
    .meta({
      dependentRequired: { source: ["target"], target: ["source"] },
      ...(isOne ? {} : { anyOf: [{ required: ["model"] }, { required: ["source"] }] }),
    });
}

const translation = z.object({
  source: z.string(),
  sourceTokens: z.array(z.string()),
  isCut: z.literal(true).optional().describe("the source was longer than the model reads"),
  hypotheses: z.array(
    z.object({
      text: z.string(),
      score: z.number(),
      tokens: z.array(z.string()),
      logProbabilities: z.array(z.number()),
      confidence: z
        .number()
        .optional()
        .describe("how likely it is right, 0 to 1; from models whose run has a calibration"),
      attention: z.array(z.array(z.number())).optional(),
      attentionTokens: z.array(z.string()).optional(),
    }),
  ),
});
const answer = z.object({
  model: z.string(),
  pivot: z.object({ language: z.string(), model: z.string() }).optional(),
  translations: z.array(translation),
});

type Body = z.output<ReturnType<typeof bodyOf>>;

export function translateRoutes(plain: FastifyInstance, service: Service): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const { limits } = service;
  app.route({
    method: "POST",
    url: "/v1/translate",
    schema: {
      tags: ["Heed"],
      summary: "Translate sentences, with several hypotheses, scores, alignment and constraints",
      description:
        "With stream, events of the type `text` {index, text} come while the search goes on: the best so far, which may still change. The last one is `done` with the whole answer, or `error`.",
      body: bodyOf(service),
      response: { 200: streamed(answer), ...failures },
    },
    handler: async (request, reply) => {
      const asked = request.body;
      const sentences = typeof asked.q === "string" ? [asked.q] : asked.q;
      checkTexts(sentences, limits);
      if (asked.beam !== undefined) checkLimit("beam", asked.beam, limits.beam, "hypotheses");
      checkLimit("nBest", asked.nBest, mostOf(limits), "hypotheses");
      for (const name of ["minLength", "maxLength"] as const)
        checkLimit(name, asked[name] ?? 0, limits.tokens, "tokens");
      checkLimit("bias", Object.keys(asked.bias ?? {}).length, limits.texts, "words");
      const models = modelsFor(service, asked);
      if (asked.alignment && !models.at(-1)?.isAttentive)
        throw refused("Invalid request: alignment: the model has no attention over its source");
      const asking = askingOf(request, reply, service, asked.timeout);
      const translate = async (onText?: (sentence: number, text: string) => void): Promise<Found> => {
        const { signal, deadline } = asking;
        const [first, second] = models;
        const bounds = { signal, deadline };
        const between = second && (await service.translating(first, asking).translate(sentences, bounds));
        const last = second ?? first;
        const sources = between?.map(({ hypotheses }) => hypotheses[0]?.text ?? "") ?? sentences;
        const own = ownOptions(asked);
        const found = await service.translating(last, asking).translate(sources, {
          ...bounds,
          beam: asked.beam,
          nBest: asked.nBest,
          alignment: asked.alignment,
          ...(own ? { constraints: sources.map(() => own) } : {}),
          onText,
        });
        const pivot = second && { language: second.source as string, model: first.name };
        return { head: { model: last.name, ...(pivot ? { pivot } : {}) }, found, last };
      };
      if (!asked.stream) {
        const { head, ...rest } = await translate();
        return sendInParts(reply, head, "translations", translationsOf(rest)) as never;
      }
      return eventStream(reply, async (send) => {
        const { head, ...rest } = await translate((index, text) => send("text", { index, text }));
        return jsonInParts(head, "translations", translationsOf(rest));
      }) as never;
    },
  });
}

/** What was found, and by which model last. */
interface Found {
  readonly head: Omit<z.output<typeof answer>, "translations">;
  readonly found: readonly Hypotheses[];
  readonly last: CatalogModel;
}

function* translationsOf({ found, last }: Omit<Found, "head">): Generator<z.output<typeof translation>> {
  for (const each of found) yield plainly(each, last.calibration);
}

/** One model, or two where a third language is in between. @throws a fault of status 400 */
function modelsFor(
  service: Service,
  { model, source, target }: Body,
): readonly [CatalogModel, CatalogModel?] {
  if (source === undefined && target === undefined) return [modelFor(service, "translate", model)];
  if (source === undefined || target === undefined)
    throw refused("Invalid request: source and target are needed together");
  if (model !== undefined) {
    const named = modelFor(service, "translate", model);
    if (named.source === source && named.target === target) return [named];
    throw refused("Invalid request: model: it does not translate from this source into this target");
  }
  const direction = service.directions.between(source, target);
  if (!direction) throw refused("Invalid request: no models translate from this source into this target");
  return direction.models as [CatalogModel, CatalogModel?];
}

/** What needs a look at every score of every step; undefined when nothing does. */
function ownOptions(asked: Body): SentenceOptions | undefined {
  const options = {
    prefix: asked.prefix,
    bias: asked.bias && new Map(Object.entries(asked.bias)),
    noRepeatNgram: asked.noRepeatNgram,
    repetitionPenalty: asked.repetitionPenalty,
    minDecodingLength: asked.minLength,
    maxDecodingLength: asked.maxLength,
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : (Object.fromEntries(given) as SentenceOptions);
}

/** As JSON: without what is read only. */
const plainly = (each: Hypotheses, calibration?: Calibration): z.output<typeof translation> => ({
  source: each.source,
  sourceTokens: [...each.sourceTokens],
  ...(each.isCut ? { isCut: true } : {}),
  hypotheses: each.hypotheses.map(
    ({ text, score, tokens, logProbabilities, attention, attentionTokens }) => ({
      text,
      score,
      tokens: [...tokens],
      logProbabilities: [...logProbabilities],
      ...(calibration ? { confidence: confidenceOfTokens(logProbabilities, calibration) } : {}),
      ...(attention ? { attention: attention.map((row) => [...row]) } : {}),
      ...(attentionTokens ? { attentionTokens: [...attentionTokens] } : {}),
    }),
  ),
});
