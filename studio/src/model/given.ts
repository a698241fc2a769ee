/** What a folder is: a run, a folder of runs, or neither. */
import { holdsModel, isModelFolder, type Place } from "./files.ts";

/** What a folder turned out to be. */
export type Given =
  | { readonly kind: "run"; readonly place: Place }
  | { readonly kind: "runs"; readonly name: string; readonly places: readonly Place[] }
  | { readonly kind: "empty" | "file" | "unsafe" | "other"; readonly name: string };

/** A picked folder, a dropped one, or files that were dropped together. */
export interface Tree extends Place {
  readonly isFile?: boolean;
}

/** What a tree of files is. */
export function givenIn(tree: Tree): Given {
  const { name, files } = tree;
  if (tree.isFile) return { kind: "file", name };
  if (holdsModel(tree)) return { kind: "run", place: tree };
  const places = placesIn(tree);
  if (places.length > 0) return { kind: "runs", name, places };
  const weights = [...files.keys()].find((path) => unsafe.test(path));
  if (isModelFolder(tree) && weights) return { kind: "unsafe", name: `${name}/${weights}` };
  return { kind: files.size === 0 ? "empty" : "other", name };
}

/** Weights of a model folder in formats that may run code when they are read. */
const unsafe = /^[^/]+\.(pt|pth|bin|ckpt|h5|pkl|pickle)$/;

const inOrder = new Intl.Collator("en", { numeric: true }).compare;

/** The runs below a folder, itself included, as `heed runs` finds them: a folder with a log, a result or checkpoints. */
export function placesIn({ name, files }: Place): Place[] {
  const folders = new Set<string>();
  for (const path of files.keys()) {
    const [, folder] = /^(.*?)(?:metrics\.jsonl|result\.json|checkpoints\/.+)$/.exec(path) ?? [];
    if (folder !== undefined && /^$|\/$/.test(folder)) folders.add(folder);
  }
  const isInside = (folder: string): boolean =>
    [...folders].some((other) => other !== folder && folder.startsWith(other));
  const isHidden = (folder: string): boolean => /(^|\/)(\.|node_modules\/)/.test(folder);
  return [...folders]
    .filter((folder) => !isInside(folder) && !isHidden(folder))
    .sort(byParts)
    .map((folder) => ({
      name: folder === "" ? name : folder.slice(0, -1),
      files: new Map(
        [...files].flatMap(([path, file]) =>
          path.startsWith(folder) ? [[path.slice(folder.length), file]] : [],
        ),
      ),
    }));
}

/** Folder by folder, numbers by their value. */
function byParts(a: string, b: string): number {
  const [one, other] = [a.split("/"), b.split("/")];
  const at = one.findIndex((part, i) => part !== other[i]);
  return at < 0 ? 0 : inOrder(one[at] as string, other[at] ?? "");
}
