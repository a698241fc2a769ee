/** What several routes have in common. Limits are told in the document and checked where a message can name them. */
import { z } from "zod";
import type { CatalogModel } from "../catalog.ts";
import type { Limits } from "../limits.ts";

const failure = z.object({ error: z.string() });

/** What any route may answer instead of what was asked for. */
export const failures = {
  400: failure,
  401: failure,
  403: failure,
  404: failure,
  405: failure,
  413: failure,
  415: failure,
  429: failure,
  500: failure,
  503: failure,
};

/** Who can send no header may name the key here. */
export const keyFields = { api_key: z.string().optional(), apiKey: z.string().optional() };

/** Seconds. */
export const timeout = z
  .number()
  .positive()
  .max(3600)
  .optional()
  .describe("seconds; the server's is the most");

/** The name of one of the models of a task. */
export function modelName(
  models: readonly CatalogModel[],
  task: CatalogModel["task"],
): z.ZodOptional<z.ZodString> {
  const names = models.filter((model) => model.task === task).map(({ name }) => name);
  const name = z.string().describe("name of a model; needed where there are several");
  return (names.length > 0 ? name.meta({ enum: names }) : name).optional();
}

export const text = ({ characters }: Limits): z.ZodString => z.string().meta({ maxLength: characters });

export const texts = (limits: Limits): z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]> =>
  z
    .union([text(limits), z.array(text(limits)).meta({ maxItems: limits.texts })], {
      error: "expected a text or an array of texts",
    })
    .describe("a text, or an array of texts");

/** A language that is served. */
export const codeOf = (codes: readonly string[]): z.ZodString =>
  codes.length > 0 ? z.string().meta({ enum: [...codes] }) : z.string();

const event = z.object({
  event: z.enum(["text", "done", "error"]),
  data: z.string().describe("JSON: of `done` the answer, of `error` {status, error}"),
});

/** An answer that comes as a whole, or as events where a client asks for a stream. */
export const streamed = <T extends z.ZodType>(
  answer: T,
): {
  readonly content: {
    readonly "application/json": { readonly schema: T };
    readonly "text/event-stream": { readonly schema: typeof event };
  };
} => ({ content: { "application/json": { schema: answer }, "text/event-stream": { schema: event } } });
