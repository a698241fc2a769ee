/** The OpenAPI document as a page that needs no script. */
import { escapeMarkup } from "../../pictures/markup.ts";

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}
pre{overflow:auto;padding:.75rem;background:#8881}code{font-family:ui-monospace,monospace}
:root{color-scheme:light dark}h2{margin-top:2.5rem}`;

export function documentation(document: unknown): string {
  const { info, paths = {} } = document as {
    readonly info: { readonly title: string; readonly version: string };
    readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  const sections = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) =>
      section(`${method.toUpperCase()} ${path}`, operation),
    ),
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeMarkup(info.title)}</title><style>${STYLE}</style></head><body><main>
<h1>${escapeMarkup(info.title)} ${escapeMarkup(info.version)}</h1><p>The same as OpenAPI: <a href="spec">spec</a>.</p>
${sections.join("\n")}</main></body></html>`;
}

function section(
  title: string,
  { summary = "", description = "", requestBody, responses = {} }: Operation,
): string {
  const asked = Object.values(requestBody?.content ?? {})[0]?.schema;
  const answered = Object.values(responses["200"]?.content ?? {})[0];
  const schema = (name: string, value: unknown): string =>
    value === undefined
      ? ""
      : `<details><summary>${name}</summary><pre><code>${escapeMarkup(JSON.stringify(value, null, 2))}</code></pre></details>`;
  return `<h2><code>${escapeMarkup(title)}</code></h2><p>${escapeMarkup(summary)}. ${escapeMarkup(description)}</p>
${schema("Request", asked)}${schema("Answer", (answered as { schema?: unknown } | undefined)?.schema)}`;
}
