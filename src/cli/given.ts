import { flagOf } from "./command.ts";

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The options that have a value. */
export const given = <T extends object>(options: T): Given<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>;

/** The flag of the first option that has a value other than false. */
export function firstGiven(options: Readonly<Record<string, unknown>>): string | undefined {
  const [name] = Object.entries(options).find(([, value]) => value !== undefined && value !== false) ?? [];
  return name === undefined ? undefined : flagOf(name);
}
