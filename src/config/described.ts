/** The parts of a zod schema that messages and printing read; zod types them only per kind. */
export interface Described {
  readonly description?: string | undefined;
  readonly shape?: Readonly<Record<string, Described>>;
  readonly def?: {
    readonly innerType?: Described;
    readonly options?: readonly Described[];
    readonly defaultValue?: unknown;
  };
}

/** Views a schema through the parts that messages and printing read. */
export const described = (schema: object): Described => schema as Described;

/** A schema without its wrappers: optional, default. */
export function unwrapped(schema: Described): Described {
  return schema.shape || !schema.def?.innerType ? schema : unwrapped(schema.def.innerType);
}

export function schemaAt(schema: Described, path: readonly PropertyKey[]): Described | undefined {
  return path.reduce<Described | undefined>(
    (at, key) => (at ? unwrapped(at).shape?.[String(key)] : undefined),
    schema,
  );
}

/** The keys allowed at a path; for a union, those of every member. */
export function keysAt(schema: Described, path: readonly PropertyKey[]): string[] {
  const found = schemaAt(schema, path);
  if (!found) return [];
  const { shape, def } = unwrapped(found);
  const forms = shape ? [shape] : (def?.options ?? []).map((option) => unwrapped(option).shape ?? {});
  return forms.flatMap((form) => Object.keys(form));
}

/** The first answer from a schema or, failing that, from the schema it wraps. */
function outermost<T>(schema: Described | undefined, read: (at: Described) => T | undefined): T | undefined {
  return schema && (read(schema) ?? outermost(schema.def?.innerType, read));
}

/** The meaning of a key: the description of its schema. */
export const meaningOf = (schema: Described | undefined): string | undefined =>
  outermost(schema, ({ description }) => description);

/** The default of a key; undefined where there is none. */
export const defaultOf = (schema: Described): unknown => outermost(schema, ({ def }) => def?.defaultValue);
