/** What several routes have in common. */
import { z } from "zod";

const failure = z.object({ error: z.string() });

/** What any route may answer instead of what was asked for. */
export const failures = {
  400: failure,
  401: failure,
  403: failure,
  404: failure,
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

export const modelName = z.string().optional().describe("name of a model; needed where there are several");

export const texts = z
  .union([z.string(), z.array(z.string())], { error: "expected a text or an array of texts" })
  .describe("a text, or an array of texts");
