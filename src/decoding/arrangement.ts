/** Where hypotheses stand in the runtime's tensors: every sentence has `width` places, side by side. */
export interface Arrangement {
  /** The sentences that have places, in order; some may have ended. */
  readonly sentences: readonly number[];
  readonly width: number;
  /** For each hypothesis of the search, its place. */
  readonly places: Int32Array;
}

export interface Move {
  readonly after: Arrangement;
  /** For every new place the old one whose state it goes on from; undefined when nothing moves. */
  readonly states: Int32Array | undefined;
  /** For every new sentence its old position; undefined when all stay. */
  readonly sentences: Int32Array | undefined;
}

/** Sentences that have ended are carried along until they are this share: copying what is left costs more before. */
const IDLE = 1 / 8;

/** One hypothesis per sentence, before the first step. */
export const firstArrangement = (sentences: number): Arrangement => ({
  sentences: Array.from({ length: sentences }, (_, i) => i),
  width: 1,
  places: Int32Array.from({ length: sentences }, (_, i) => i),
});

/**
 * Gives hypotheses places so that little has to be copied: a hypothesis stays where its predecessor was if it can, and
 * nothing moves for a few sentences that have ended.
 *
 * @param from      For every hypothesis, the earlier one it goes on from.
 * @param sentence  For every hypothesis, its sentence; those of one sentence stand side by side.
 */
export function arrange(before: Arrangement, from: Int32Array, sentence: Int32Array): Move {
  const groups = new Map<number, number[]>();
  sentence.forEach((of, row) => {
    const group = groups.get(of);
    if (group) group.push(row);
    else groups.set(of, [row]);
  });
  let width = 0;
  for (const { length } of groups.values()) width = Math.max(width, length);
  const isPacked = groups.size <= before.sentences.length * (1 - IDLE);
  const sentences = isPacked ? [...groups.keys()] : before.sentences;
  const positions = new Map(before.sentences.map((of, position) => [of, position]));
  const origin = Int32Array.from(sentences, (of) => positions.get(of) as number);

  const places = new Int32Array(from.length);
  const states = new Int32Array(sentences.length * width);
  sentences.forEach((of, position) => {
    const first = (origin[position] as number) * before.width;
    const old = (place: number): number => first + Math.min(place, before.width - 1);
    const taken: (number | undefined)[] = new Array(width).fill(undefined);
    const waiting: number[] = [];
    for (const row of groups.get(of) ?? []) {
      const wanted = (before.places[from[row] as number] as number) - first;
      if (wanted < width && taken[wanted] === undefined) taken[wanted] = row;
      else waiting.push(row);
    }
    for (let place = 0; place < width; place++) {
      const row = taken[place] ?? waiting.pop();
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
