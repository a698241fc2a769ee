/** The routes of LibreTranslate, as its clients know them. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { GlossaryTerm } from "../../decoding/glossary-term.ts";
import type { AppOptions } from "../app-options.ts";
import { refused } from "../fault.ts";
import type { Service } from "../service.ts";
import { type Detected, detectLanguage } from "../text/detect-language.ts";
import { FORMS, glossaryTerms, TERMS, termsOf } from "../text/glossary-terms.ts";
import type { SentenceTranslation } from "../text/translate-text.ts";
import { translateTexts } from "../translate-texts.ts";
import { askingOf, checkLimit, checkTexts } from "./asking.ts";
import { codeOf, failures, keyFields, text, texts } from "./schemas.ts";

/** A number as JSON has it, or as a form or an address writes it. */
function countTo(maximum: number) {
  const written = Array.from({ length: maximum + 1 }, (_, i) => String(i));
  const text = z
    .string()
    .regex(/^\d{1,9}$/)
    .meta({ enum: written });
  return z.union([z.int().min(0).meta({ maximum }), text]).transform(Number);
}
const detected = z.object({ confidence: z.number(), language: z.string() });
const named = z.object({ code: z.string(), name: z.string() });

const translateBody = ({ limits, directions }: Service) =>
  z.object({
    q: texts(limits),
    source: codeOf(["auto", ...directions.sources]).describe("code of the language, or auto"),
    target: codeOf(directions.targets),
    format: z.enum(["text", "html"]).default("text"),
    alternatives: countTo(limits.alternatives).default(0).describe("how many other translations to give"),
    alignment: z
      .union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")])
      .default(false)
      .describe("tell where each sentence and each word of a plain text went"),
    glossary: glossaryTerms.default([]).describe("words that the translation must use for words of the text"),
    ...keyFields,
  });

const place = z.object({ from: z.int(), to: z.int() });
const sentence = z.object({
  source: place,
  target: place,
  confidence: z.number().optional().describe("how likely it is right, 0 to 1"),
  missingTerms: z.array(z.string()).optional().describe("terms of the glossary that could not be used"),
  isRepaired: z.literal(true).optional().describe("the first translation went in circles and was made again"),
  links: z
    .array(z.object({ source: place, target: place }))
    .optional()
    .describe("words that belong together"),
});

const translateAnswer = z.object({
  translatedText: z.union([z.string(), z.array(z.string())]),
  detectedLanguage: z.union([detected, z.array(detected)]).optional(),
  alternatives: z.union([z.array(z.string()), z.array(z.array(z.string()))]).optional(),
  sentences: z
    .union([z.array(sentence), z.array(z.array(sentence))])
    .optional()
    .describe("places are characters (UTF-16) of the texts"),
  confidence: z
    .union([z.number(), z.array(z.number())])
    .optional()
    .describe("how likely a text is right, 0 to 1; of plain texts, from models whose run has a calibration"),
  pivot: z.string().optional().describe("the language in between, when no model translates directly"),
});

type Sentences = NonNullable<z.output<typeof translateAnswer>["sentences"]>;

/** As JSON: without what is read only. */
const plainly = (sentences: readonly SentenceTranslation[]): z.output<typeof sentence>[] =>
  sentences.map(({ links, missingTerms, ...each }) => ({
    ...each,
    ...(missingTerms ? { missingTerms: [...missingTerms] } : {}),
    ...(links ? { links: [...links] } : {}),
  }));

const settings = z.object({
  apiKeys: z.boolean(),
  keyRequired: z.boolean(),
  charLimit: z.int(),
  frontendTimeout: z.int(),
  filesTranslation: z.boolean(),
  supportedFilesFormat: z.array(z.string()),
  suggestions: z.boolean(),
  language: z.object({ source: named, target: named }),
});

/** Values may be in the address as well as in the body. There, and in a form, a glossary is JSON in a text. */
async function withQuery(request: FastifyRequest): Promise<void> {
  const given: Record<string, unknown> = { ...(request.query as object), ...(request.body as object) };
  if (typeof given.glossary === "string") given.glossary = parsed(given.glossary);
  request.body = given;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function libreTranslateRoutes(plain: FastifyInstance, { service, keys }: AppOptions): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const { directions, limits } = service;
  const common = { config: { keyInBody: true }, preValidation: withQuery };
  const tags = ["LibreTranslate"];
  const languageOf = async (text: string, source: string): Promise<Detected> =>
    source === "auto" ? detectLanguage(text, directions.sources) : { language: source, confidence: 100 };
  const checkLanguage = (field: "source" | "target", code: string): void => {
    if ((code === "auto" && field === "source") || directions.codes.includes(code)) return;
    // Only what looks like a code is repeated: anything else may be a text that went astray.
    throw refused(`${/^[a-z]{2,3}(-[a-z]{2,4})?$/i.test(code) ? code : `This ${field}`} is not supported`);
  };

  const checkTerms = (terms: readonly GlossaryTerm[]): void => {
    checkLimit("glossary", terms.length, TERMS, "terms");
    for (const { source, targets } of terms) {
      checkTexts([source, ...targets], limits, "glossary");
      checkLimit("glossary", targets.length, FORMS, "forms of a term");
    }
  };

  app.route({
    ...common,
    method: "POST",
    url: "/translate",
    schema: {
      tags,
      summary: "Translate texts",
      body: translateBody(service),
      response: { 200: translateAnswer, ...failures },
    },
    handler: async (request, reply) => {
      const { q, source, target, format, alternatives, alignment, glossary } = request.body;
      const all = typeof q === "string" ? [q] : q;
      checkTexts(all, limits);
      checkLimit("alternatives", alternatives, limits.alternatives, "alternatives");
      checkLanguage("source", source);
      checkLanguage("target", target);
      const terms = termsOf(glossary);
      checkTerms(terms);
      const from = await Promise.all(all.map((text) => languageOf(text, source)));
      const found = await translateTexts(service, {
        texts: all.map((text, i) => ({ text, source: (from[i] as Detected).language })),
        target,
        format,
        alternatives,
        alignment,
        glossary: terms,
        asking: askingOf(request, reply, service),
      });
      const pivot = found.find((each) => each.pivot !== undefined)?.pivot;
      /** An array for an array. */
      const shaped = <T>(values: readonly T[]): T | T[] =>
        typeof q === "string" ? (values[0] as T) : [...values];
      return {
        translatedText: shaped(found.map(({ text }) => text)),
        ...(source === "auto" ? { detectedLanguage: shaped(from) } : {}),
        ...(alternatives > 0
          ? { alternatives: shaped(found.map((each) => [...each.alternatives])) as string[] | string[][] }
          : {}),
        ...(alignment && found.every((each) => each.sentences)
          ? { sentences: shaped(found.map((each) => plainly(each.sentences ?? []))) as Sentences }
          : {}),
        ...(found.length > 0 && found.every((each) => each.confidence !== undefined)
          ? { confidence: shaped(found.map((each) => each.confidence as number)) }
          : {}),
        ...(pivot === undefined ? {} : { pivot }),
      };
    },
  });

  app.route({
    ...common,
    method: "POST",
    url: "/detect",
    schema: {
      tags,
      summary: "Detect the language of a text",
      body: z.object({ q: text(limits), ...keyFields }),
      response: { 200: z.array(detected), ...failures },
    },
    handler: async ({ body: { q } }) => {
      checkTexts([q], limits);
      return [await languageOf(q, "auto")];
    },
  });

  app.route({
    method: "GET",
    url: "/languages",
    schema: {
      tags,
      summary: "List the languages, and what each can be translated into",
      response: { 200: z.array(named.extend({ targets: z.array(z.string()) })), ...failures },
    },
    handler: async () => directions.languages.map((each) => ({ ...each, targets: [...each.targets] })),
  });

  app.route({
    method: "GET",
    url: "/frontend/settings",
    schema: { tags, summary: "What a page needs to know", response: { 200: settings, ...failures } },
    handler: async () => {
      const code = directions.languages[0]?.targets[0] ?? "";
      return {
        apiKeys: keys !== undefined,
        keyRequired: keys !== undefined,
        charLimit: limits.characters,
        frontendTimeout: 500,
        filesTranslation: false,
        supportedFilesFormat: [],
        suggestions: false,
        language: {
          source: { code: "auto", name: "Auto Detect" },
          target: { code, name: directions.names(code) },
        },
      };
    },
  });

  app.route({
    ...common,
    method: "POST",
    url: "/suggest",
    schema: {
      tags,
      summary: "Accept a better translation, and forget it",
      description: "LibreTranslate keeps suggestions; this server keeps no text.",
      body: z.object({
        q: text(limits),
        s: text(limits),
        source: z.string(),
        target: z.string(),
        ...keyFields,
      }),
      response: { 200: z.object({ success: z.boolean() }), ...failures },
    },
    handler: async ({ body: { q, s } }) => {
      checkTexts([q, s], limits);
      return { success: true };
    },
  });
}
