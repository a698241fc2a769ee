import { basename } from "node:path";
import {
  type Comment,
  type DeclarationReflection,
  type ProjectReflection,
  ReflectionKind,
  type SignatureReflection,
} from "typedoc";
import { ops } from "../../src/ops/index.ts";
import { withoutMarkup } from "../links.ts";
import type { GeneratedPage } from "./api.ts";
import { cell, fence, table } from "./markdown.ts";

/** Ops, and layers with models: for each its signature, shapes and equation, by the file that it stands in. */
export function functionPages(project: ProjectReflection): GeneratedPage[] {
  return [
    {
      path: "ops.md",
      text: page("Ops", OPS, functionsOf(project, ["heed/ops"]), [recordTable()]),
    },
    {
      path: "layers.md",
      text: page("Layers and models", LAYERS, functionsOf(project, ["heed/nn", "heed/models"]), []),
    },
  ];
}

const OPS =
  "Functions of `heed/ops`: from values to a value. `[...]` stands for any axes, a name for a size that may be symbolic. " +
  "Operands of one op have one element type; a number becomes a constant of it.";
const LAYERS =
  "What starts with a capital describes a layer: `build` gives it parameters and makes it callable. The shapes are those of " +
  "the call. The other functions take values directly.";

interface Documented {
  readonly file: string;
  readonly name: string;
  readonly signature: SignatureReflection;
}

function functionsOf({ children = [] }: ProjectReflection, modules: readonly string[]): Documented[] {
  const fileOf = ({ sources }: DeclarationReflection): string =>
    basename(sources?.[0]?.fileName ?? "", ".ts");
  const all = modules.flatMap((module) =>
    (children.find(({ name }) => name === module)?.children ?? []).toSorted((a, b) =>
      fileOf(a).localeCompare(fileOf(b)),
    ),
  );
  return all
    .filter(({ kind }) => kind === ReflectionKind.Function)
    .flatMap((each) =>
      (each.signatures ?? [])
        .slice(0, 1)
        .map((signature) => ({ file: fileOf(each), name: each.name, signature })),
    );
}

function page(
  title: string,
  note: string,
  functions: readonly Documented[],
  more: readonly string[],
): string {
  const files = [...new Set(functions.map(({ file }) => file))];
  const sections = files.map((file) => {
    const own = functions.filter((each) => each.file === file);
    return [`## ${file.replaceAll("-", " ")}`, ...own.map(entry)].join("\n\n");
  });
  return ["---\noutline: [2, 3]\n---", `# ${title}`, note, ...sections, ...more, ""].join("\n\n");
}

function entry({ name, signature }: Documented): string {
  const { comment, parameters = [], type } = signature;
  const given = parameters.map(({ name: key, type: of, defaultValue, flags }) => {
    const shown = key === "__namedParameters" ? "options" : key;
    const isOptional = flags.isOptional || defaultValue !== undefined;
    return `${shown}${isOptional ? "?" : ""}: ${of?.toString() ?? "unknown"}`;
  });
  const result = `): ${type?.toString() ?? "void"}`;
  const short = `${name}(${given.join(", ")}${result}`;
  const line =
    short.length <= WIDTH ? short : `${name}(\n${given.map((each) => `  ${each},\n`).join("")}${result}`;
  const tags = (comment?.blockTags ?? []).map(({ tag, name: of, content }) => {
    const text = content
      .map((part) => part.text)
      .join("")
      .trim();
    return `- ${LABELS[tag] ?? tag.slice(1)}${of ? ` \`${of}\`` : ""}: ${withoutMarkup(text.replaceAll("\n", " "))}`;
  });
  return [`### ${name}`, fence("ts", line), summaryOf(comment), tags.join("\n")]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Longest signature on one line, in characters. */
const WIDTH = 72;

const LABELS: Readonly<Record<string, string>> = {
  "@param": "parameter",
  "@throws": "fails with",
  "@see": "see",
  "@returns": "returns",
};

const summaryOf = (comment: Comment | undefined): string =>
  withoutMarkup((comment?.summary ?? []).map((part) => part.text).join("")).trim();

/** What stands in the table of records and how it is differentiated. */
function recordTable(): string {
  const rows = Object.values(ops).map((record) => [
    cell(`\`${record.name}\``),
    "vjp" in record && record.vjp ? "yes" : "",
  ]);
  return [
    "## All records",
    "A function above may be made of several records. Each has a shape rule and a lowering to ONNX; those without a gradient " +
      "take none, or pass none on.",
    table(["record", "gradient"], rows),
  ].join("\n\n");
}
