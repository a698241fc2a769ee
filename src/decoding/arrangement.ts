/** Where hypotheses sit in the runtime's tensors: each sentence has `width` adjacent slots. */
export interface Arrangement {
  /** The sentences that have slots, in order; some may have ended. */
  readonly sentences: readonly number[];
  readonly width: number;
  /** The slot of each hypothesis in the search. */
  readonly places: Int32Array;
}

export interface Move {
  readonly after: Arrangement;
  /** For each new slot, the old slot whose state it continues; undefined when nothing moves. */
  readonly states: Int32Array | undefined;
  /** For each new sentence, its old position; undefined when none moves. */
  readonly sentences: Int32Array | undefined;
}

/** Ended sentences stay in the batch until they reach this share: below it, copying the rest costs more. */
const IDLE = 1 / 8;

/** One hypothesis per sentence, before the first step. */
export const firstArrangement = (sentences: number): Arrangement => ({
  sentences: Array.from({ length: sentences }, (_, i) => i),
  width: 1,
  places: Int32Array.from({ length: sentences }, (_, i) => i),
});

/**
 * Assigns slots to hypotheses so that little has to be copied: a hypothesis keeps its predecessor's slot if it can, and
 * nothing moves when only a few sentences have ended.
 *
 * @param from      For each hypothesis, the earlier one that it continues.
 * @param sentence  For each hypothesis, its sentence; hypotheses of one sentence are adjacent.
 */
export function arrange(before: Arrangement, from: Int32Array, sentence: Int32Array): Move {
  const groups = new Map<number, number[]>();
  sentence.forEach((index, row) => {
    const group = groups.get(index);
    if (group) group.push(row);
    else groups.set(index, [row]);
  });
  let width = 0;
  for (const { length } of groups.values()) width = Math.max(width, length);
  const isPacked = groups.size <= before.sentences.length * (1 - IDLE);
  const sentences = isPacked ? [...groups.keys()] : before.sentences;
  const positions = new Map(before.sentences.map((index, position) => [index, position]));
  const origin = Int32Array.from(sentences, (index) => positions.get(index) as number);

  const places = new Int32Array(from.length);
  const states = new Int32Array(sentences.length * width);
  sentences.forEach((index, position) => {
    const first = (origin[position] as number) * before.width;
    const old = (place: number): number => first + Math.min(place, before.width - 1);
    const occupants: (number | undefined)[] = new Array(width).fill(undefined);
    const displaced: number[] = [];
    for (const row of groups.get(index) ?? []) {
      const preferred = (before.places[from[row] as number] as number) - first;
      if (preferred < width && occupants[preferred] === undefined) occupants[preferred] = row;
      else displaced.push(row);
    }
    for (let place = 0; place < width; place++) {
      const row = occupants[place] ?? displaced.pop();
      const at = position * width + place;
      if (row !== undefined) places[row] = at;
      states[at] = row === undefined ? old(place) : (before.places[from[row] as number] as number);
    }
  });
  const isStill = !isPacked && width === before.width && states.every((old, place) => old === place);
  return {
    after: { sentences, width, places },
    states: isStill ? undefined : states,
    sentences: isPacked ? origin : undefined,
  };
}
