/** The pattern of the taps of several layers at one place of each: `decoder.*.cross`. */
export const placesAsPattern = (places: readonly string[]): string =>
  places.length === 1 ? (places[0] as string) : (places[0] ?? "").replace(/\d+/, "*");
