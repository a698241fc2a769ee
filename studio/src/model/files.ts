/** The files of a run, wherever they come from. */

/** Contents by path inside the folder: `config.yaml`, `model.safetensors`, … */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Files that a model needs; checkpoints, logs and the rest are left where they are. */
const needed = (path: string): boolean => /^[^/]+\.(yaml|json|safetensors|txt)$/.test(path);

/** A file that is not read yet, or its address. */
export type Source = Blob | string;

/** Weights that training kept on its way. */
export interface SavedStep {
  readonly step: number;
  readonly file: Source;
}

/** What a folder is called, and its files. */
export interface Folder {
  readonly name: string;
  readonly files: Files;
  /** In order of step. Default: none. They are read where they are looked at. */
  readonly checkpoints?: readonly SavedStep[];
}

/** A folder whose files are not read yet. */
export interface Place {
  readonly name: string;
  /** By their paths inside the folder. */
  readonly files: ReadonlyMap<string, Source>;
  /** The process that trains in it now. */
  readonly trainer?: { readonly pid: number; readonly host: string };
}

/** Whether there is a model to open, and not the log of a training alone. */
export const holdsModel = ({ files }: Pick<Place, "files">): boolean =>
  files.has("model.safetensors") && (files.has("config.yaml") || isModelFolder({ files }));

/** Whether a folder has Hugging Face's layout, as one of `heed export` does. */
export const isModelFolder = ({ files }: { readonly files: ReadonlyMap<string, unknown> }): boolean =>
  !files.has("config.yaml") && files.has("config.json");

/** Reads what a model needs. */
export async function folderAt({ name, files }: Place): Promise<Folder> {
  const contents = await Promise.all(
    [...files]
      .filter(([path]) => needed(path))
      .map(
        async ([path, source]) => [path, new Uint8Array(await (await read(source)).arrayBuffer())] as const,
      ),
  );
  return { name, files: new Map(contents), checkpoints: savedSteps(files) };
}

/** The text of a file of a folder; undefined where there is none. */
export async function textIn({ files }: Place, path: string): Promise<string | undefined> {
  const source = files.get(path);
  return source === undefined ? undefined : (await read(source)).text();
}

const read = async (source: Source): Promise<Blob | Response> =>
  typeof source === "string" ? fetched(source) : source;

/** Weights of checkpoints, by their path in the folder. */
const savedSteps = (files: Iterable<readonly [path: string, file: Source]>): SavedStep[] =>
  [...files]
    .flatMap(([path, file]) => {
      const [, step] = /^checkpoints\/step-(\d+)\/model\.safetensors$/.exec(path) ?? [];
      return step === undefined ? [] : [{ step: Number(step), file }];
    })
    .sort((a, b) => a.step - b.step);

export async function fetched(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return response;
}
