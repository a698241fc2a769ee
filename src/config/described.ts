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

/** A schema as what messages and printing read of it. */
export const described = (schema: object): Described => schema as Described;

/** A schema without what wraps it: that it may be left out, its default. */
export function unwrapped(schema: Described): Described {
  return schema.shape || !schema.def?.innerType ? schema : unwrapped(schema.def.innerType);
}

export function schemaAt(schema: Described, path: readonly PropertyKey[]): Described | undefined {
  return path.reduce<Described | undefined>(
    (at, key) => (at ? unwrapped(at).shape?.[String(key)] : undefined),
    schema,
  );
}

/** Keys of what stands at a path, of any of its forms where it may have several. */
export function keysAt(schema: Described, path: readonly PropertyKey[]): string[] {
  const at = schemaAt(schema, path);
  if (!at) return [];
  const { shape, def } = unwrapped(at);
  const forms = shape ? [shape] : (def?.options ?? []).map((option) => unwrapped(option).shape ?? {});
  return forms.flatMap((form) => Object.keys(form));
}

/** What a schema and what it wraps say first. */
function outermost<T>(schema: Described | undefined, read: (at: Described) => T | undefined): T | undefined {
  return schema && (read(schema) ?? outermost(schema.def?.innerType, read));
}

/** What a key means, from its schema. */
export const meaningOf = (schema: Described | undefined): string | undefined =>
  outermost(schema, ({ description }) => description);

/** The default of a key; undefined where there is none. */
export const defaultOf = (schema: Described): unknown => outermost(schema, ({ def }) => def?.defaultValue);
