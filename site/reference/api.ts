import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Application,
  type Comment,
  type CommentDisplayPart,
  Converter,
  type DeclarationReflection,
  type ProjectReflection,
} from "typedoc";
import { functionPages } from "./functions.ts";
import { fence, unindented } from "./markdown.ts";

const root = join(import.meta.dirname, "../..");

/** A page below reference/. */
export interface GeneratedPage {
  readonly path: string;
  readonly text: string;
}

/** The public names of every entry of the package, and ops and layers by themselves with shapes and equations. */
export async function apiPages(): Promise<GeneratedPage[]> {
  const modules = entries();
  const app = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: [...modules.keys()],
    tsconfig: join(root, "tsconfig.build.json"),
    name: "TypeScript",
    readme: "none",
    // Only to be sure: by default it would empty docs/.
    out: join(tmpdir(), "heed-api"),
    cleanOutputDir: false,
    basePath: root,
    logLevel: "Error",
    // The compiler of the repository has checked them; here a name is as good as its type.
    skipErrorChecking: true,
    excludeExternals: true,
    disableGit: true,
    sourceLinkTemplate: "{path}",
    groupOrder: ["Functions", "Variables", "Classes", "Interfaces", "Type Aliases", "References"],
    ...(MARKDOWN as object),
  });
  let functions: GeneratedPage[] = [];
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: { project: ProjectReflection }) => {
    for (const { comment } of Object.values(project.reflections)) if (comment) keepEquations(comment);
    for (const child of project.children ?? []) child.name = nameOf(child, modules);
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }: { project: ProjectReflection }) => {
    functions = functionPages(project);
    // Lines of files say nothing to readers of a page.
    for (const each of Object.values(project.reflections)) delete (each as { sources?: unknown }).sources;
  });
  const project = await app.convert();
  if (!project) throw new Error("TypeDoc could not read the sources");
  const out = mkdtempSync(join(tmpdir(), "heed-api-"));
  try {
    await app.outputs.writeOutput({ name: "markdown", path: out }, project);
    const names = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".md"),
    );
    const text = (name: string): string => withoutMustaches(readFileSync(join(out, name), "utf8"));
    return [...names.map((name) => ({ path: join("api", name), text: text(name) })), ...functions];
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** Options of the Markdown plugin, which TypeDoc's own types do not have. */
const MARKDOWN = {
  router: "module",
  entryFileName: "index",
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  // VitePress names headings in another way where two names differ by capitals only.
  useHTMLAnchors: true,
  sanitizeComments: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  typeDeclarationFormat: "table",
  tableColumnSettings: { hideModifiers: true, hideSources: true, hideDefaults: true },
};

/** The module behind every subpath of package.json that has types, with the name it is imported by; the essentials last. */
function entries(): ReadonlyMap<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, unknown>>;
  };
  const paths = Object.keys(exports).filter((path) => !path.endsWith(".json"));
  // A name belongs to the first entry that has it: to its subpath, not to `heed`.
  const ordered = [...paths.filter((path) => path !== "."), "."];
  return new Map(
    ordered.map((path) => {
      const modules = ["index.node.ts", "index.ts"].map((name) => join(root, "src", path, name));
      return [modules.find((module) => existsSync(module)) as string, path.replace(/^\./, "heed")];
    }),
  );
}

function nameOf({ name, sources }: DeclarationReflection, modules: ReadonlyMap<string, string>): string {
  const file = sources?.[0]?.fullFileName;
  return (file !== undefined && modules.get(file)) || name;
}

/** Shapes and equations stand indented in our docstrings; Markdown needs a fence around them. */
function keepEquations(comment: Comment): void {
  const parts: CommentDisplayPart[] = [
    comment.summary,
    ...comment.blockTags.map(({ content }) => content),
  ].flat();
  for (const part of parts) if (part.kind === "text") part.text = withEquations(part.text);
}

const withEquations = (text: string): string =>
  text
    .replace(
      /(?<=^|\n)(?: {2,}\S.*(?:\n|$))+/g,
      (lines) => `\n${fence("text", unindented(lines.trimEnd()))}\n`,
    )
    // An equation at the end of a sentence, after a gap.
    .replace(
      /^(\S.*?[.:]) {4,}(\S.*)$/gm,
      (_, sentence: string, equation: string) => `${sentence}\n\n${fence("text", equation)}\n`,
    );

/** Vue would compute what stands between double braces. */
const withoutMustaches = (text: string): string => text.replaceAll("{{", "{&#8203;{");
