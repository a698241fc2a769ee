/** What can be asked of a recurrent model, and of another one beside it. */
import type { Inspector, NamedTensor } from "heed/inspect";
import type { TapPattern } from "heed/nn";
import type { Folder } from "./files.ts";
import { closeSession } from "./looking.ts";
import type { Session } from "./session.ts";

/** The numbers of one tap at every token: [tokens][units]. */
export interface Track {
  /** hidden, updateGate, … */
  readonly name: string;
  readonly units: number;
  readonly data: Float32Array;
}

/** One direction of one layer of a recurrent network. */
export interface ReadLayer {
  /** `encoder.layers.0.forward` */
  readonly place: string;
  /** From 0. */
  readonly layer: number;
  readonly direction: "forward" | "backward" | "cell";
  /** The state first, then gates, where they were asked for. */
  readonly tracks: readonly Track[];
}

export interface ReadStates {
  readonly tokens: readonly string[];
  readonly layers: readonly ReadLayer[];
}

/** What a decoder reads of a sentence at every token that it writes. */
export interface Side {
  readonly name: string;
  readonly kind: string;
  readonly text: string;
  readonly logProbability: number;
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** [rows][columns], the mean of all heads; undefined for one static summary. */
  readonly weights: Float32Array | undefined;
  /** [rows][units]: a mixture of the encoder's states, or its summary in every row. Undefined for several heads. */
  readonly vectors: { readonly units: number; readonly data: Float32Array } | undefined;
}

const GATES = ["resetGate", "updateGate", "inputGate", "forgetGate", "outputGate", "candidate", "cell"];

export function recurrentRequests(opened: () => Session, open: (folder: Folder) => Promise<Session>) {
  let beside: { readonly name: string; readonly session: Session } | undefined;

  return {
    /** The states of the network that reads, at every token. */
    states: async (source: string, isWithGates: boolean): Promise<ReadStates> => {
      const { look } = opened();
      const places = readingPlaces(look);
      const wanted = places.flatMap((place) =>
        ["hidden", ...(isWithGates ? GATES : [])]
          .map((name) => `${place}.${name}`)
          .filter((path) => look.paths.includes(path)),
      );
      const { taps } = await look.run(look.encode({ source }), { taps: wanted as TapPattern[] });
      const [first] = taps.values();
      return {
        tokens: first?.axes[1]?.tokens?.reads ?? [],
        layers: places.map((place) => layerOf(place, taps)),
      };
    },

    /** Opens another model beside the opened one, in place of the last such. */
    openBeside: async (folder: Folder): Promise<void> => {
      const session = await open(folder);
      closeSession(beside?.session);
      beside = { name: folder.name, session };
    },

    /** What the decoder reads: of the opened model, or of the one beside it. */
    side: async (which: "opened" | "beside", name: string, source: string): Promise<Side> => {
      if (which === "opened") return sideOf(name, opened(), source);
      if (!beside) throw new Error("no model is open beside");
      return sideOf(beside.name, beside.session, source);
    },
  };
}

/** The cells of the network that reads: `encoder.layers.0.forward`; of a language model or a classifier, `network.…`. */
const readingPlaces = ({ paths }: Inspector): string[] =>
  paths.flatMap((path) => /^((?:encoder|network)\..*)\.hidden$/.exec(path)?.[1] ?? []);

function layerOf(place: string, taps: ReadonlyMap<string, NamedTensor>): ReadLayer {
  const [, layer = "0", direction = "cell"] = /\.(\d+)\.(\w+)$/.exec(place) ?? [];
  const tracks = ["hidden", ...GATES].flatMap((name): Track[] => {
    const tensor = taps.get(`${place}.${name}`);
    return tensor ? [{ name, units: tensor.axes[2]?.size ?? 0, data: tensor.data }] : [];
  });
  return { place, layer: Number(layer), direction: direction as ReadLayer["direction"], tracks };
}

async function sideOf(name: string, { run, look, decoder }: Session, source: string): Promise<Side> {
  if (!decoder || run.task !== "translate")
    throw new Error("only a translator reads a sentence and writes another");
  const { hypotheses } = await decoder.run(source);
  const [best] = hypotheses;
  if (!best) throw new Error("nothing was written");
  const example = { source: look.encode({ source }).source, target: Int32Array.from(best.ids) };
  const about = { name, kind: run.config.model.kind, text: best.text, logProbability: best.logProbability };
  const attention = look.paths.findLast((path) => path.endsWith("cross.weights"));
  if (attention === undefined) {
    const cells = readingPlaces(look).map((place) => `${place}.hidden`);
    const { taps } = await look.run(example, { taps: [...cells, "decoder.states"] as TapPattern[] });
    const rows = taps.get("decoder.states")?.axes[1]?.tokens?.writes ?? [];
    const columns = taps.get(cells[0] as string)?.axes[1]?.tokens?.reads ?? [];
    return { ...about, rows, columns, weights: undefined, vectors: summaryOf(taps, cells, rows.length) };
  }
  const contexts = attention.replace(/weights$/, "heads");
  const { taps } = await look.run(example, { taps: [attention, contexts] as TapPattern[] });
  const weights = taps.get(attention) as NamedTensor;
  return {
    ...about,
    rows: weights.axes[2]?.tokens?.writes ?? [],
    columns: weights.axes[3]?.tokens?.reads ?? [],
    weights: meanOfHeads(weights),
    vectors: contextsOf(taps.get(contexts) as NamedTensor),
  };
}

function meanOfHeads({ axes, data }: NamedTensor): Float32Array {
  const [, heads = 1, rows = 0, columns = 0] = axes.map(({ size }) => size);
  const mean = new Float32Array(rows * columns);
  for (const [i, value] of data.entries()) {
    const at = i % mean.length;
    mean[at] = (mean[at] as number) + value / heads;
  }
  return mean;
}

/** The mixtures that one head reads. */
function contextsOf({ axes, data }: NamedTensor): Side["vectors"] {
  const [, heads, , units = 0] = axes.map(({ size }) => size);
  return heads === 1 ? { units, data } : undefined;
}

/** The last layer's final states of all directions, once for each row. */
function summaryOf(
  taps: ReadonlyMap<string, NamedTensor>,
  cells: readonly string[],
  rows: number,
): Side["vectors"] {
  const layers = cells.map((path) => layerOf(path.slice(0, -".hidden".length), taps));
  const last = Math.max(...layers.map(({ layer }) => layer));
  const final = layers
    .filter(({ layer }) => layer === last)
    .flatMap(({ direction, tracks: [hidden] }) => {
      if (!hidden) return [];
      const at = direction === "backward" ? 0 : hidden.data.length - hidden.units;
      return [...hidden.data.subarray(at, at + hidden.units)];
    });
  const data = Float32Array.from(
    { length: rows * final.length },
    (_, i) => final[i % final.length] as number,
  );
  return { units: final.length, data };
}
