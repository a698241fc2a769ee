/** Relative links of a Markdown text, those of pictures too; what stands in code is none. */

const LINK = /(```[\s\S]*?```|`[^`\n]*`)|(\]\()(?!https?:|mailto:|#|\/)([^)#\s]+)/g;

/** The files that a text links to, relative to its own folder. */
export const linksIn = (text: string): string[] =>
  [...text.matchAll(LINK)].flatMap(([, , , target]) => target ?? []);

/** Replaces the file of every link; what follows a # stays. */
export const replaceLinks = (text: string, to: (target: string) => string): string =>
  text.replace(LINK, (whole, code?: string, open?: string, target?: string) =>
    code !== undefined || target === undefined ? whole : `${open}${to(target)}`,
  );

/** What would be a tag or a computed text for Vue, and is meant as it stands: our documents have no markup but Markdown. */
export const withoutMarkup = (text: string): string =>
  text.replace(/(```[\s\S]*?```|`[^`\n]*`)|<(?=[/a-z!])|\{\{/gi, (found, code?: string) =>
    code !== undefined ? found : found === "<" ? "&lt;" : "&#123;&#123;",
  );
