/** Finds the running text of an HTML document: what is read as one paragraph, with the tags in it. */
import {
  type ChildNode,
  type Document,
  DomHandler,
  type Element,
  isTag,
  isText,
  type ParentNode,
} from "domhandler";
import { Parser } from "htmlparser2";
import { heedError } from "../../errors.ts";

/** Consecutive children of one element that are read as one text. */
export interface InlineRun {
  readonly parent: ParentNode;
  readonly nodes: readonly ChildNode[];
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Elements within a line of text. Whatever is not here stands for itself and ends the text before it. */
const inline = words(
  "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark q rp rt ruby s samp script small span strike strong style sub sup svg time tt u var wbr",
);
/** What is in these is no text in a language: it stays, and the text around it goes on. */
const verbatim = words("code kbd samp var tt");
/** What is in these is not read at all. */
const silent = words(
  "script style template textarea iframe object svg math canvas audio video select noscript",
);

/** Deepest nesting of elements. */
const DEPTH = 256;

/** Whether the content of an element is read, but must not change. */
export const isKept = ({ name, attribs }: Element): boolean =>
  verbatim.has(name) ||
  attribs.translate?.toLowerCase() === "no" ||
  /(?:^|\s)notranslate(?:\s|$)/.test(attribs.class ?? "");

export const isSilent = ({ name }: Element): boolean => silent.has(name);

/** @throws ERR_USAGE for elements in more than 256 others, which would take too deep a recursion. */
export function parseHtml(html: string): Document {
  const handler = new DomHandler();
  const open = handler.onopentag.bind(handler);
  const close = handler.onclosetag.bind(handler);
  let depth = 0;
  handler.onopentag = (name, attributes) => {
    depth++;
    if (depth > DEPTH) {
      const cause = `elements are in more than ${DEPTH} others`;
      throw heedError("ERR_USAGE", { where: "html", cause, remedy: "nest them less deeply" });
    }
    open(name, attributes);
  };
  handler.onclosetag = () => {
    depth--;
    close();
  };
  new Parser(handler).end(html);
  return handler.root;
}

/** The runs below a node, in order. */
export function inlineRuns(parent: ParentNode): InlineRun[] {
  const runs: InlineRun[] = [];
  let nodes: ChildNode[] = [];
  const end = (): void => {
    if (nodes.some(hasLetters)) runs.push({ parent, nodes });
    nodes = [];
  };
  for (const child of parent.children) {
    if (isInline(child)) nodes.push(child);
    else {
      end();
      if (isTag(child) && !isSilent(child) && !isKept(child)) runs.push(...inlineRuns(child));
    }
  }
  end();
  return runs;
}

/** Whether a node and all in it are within a line of text. */
function isInline(node: ChildNode): boolean {
  if (isText(node) || node.type === "comment") return true;
  if (!isTag(node) || !inline.has(node.name)) return false;
  return isSilent(node) || node.children.every(isInline);
}

/** Whether there is anything to translate in a node. */
function hasLetters(node: ChildNode): boolean {
  if (isText(node)) return /[\p{L}\p{N}]/u.test(node.data);
  return isTag(node) && !isSilent(node) && !isKept(node) && node.children.some(hasLetters);
}
