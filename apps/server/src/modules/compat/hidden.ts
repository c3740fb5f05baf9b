/** A schema that validates and stays out of /openapi.json: new clients should not find these addresses. */
export function hidden<Schema extends object>(schema: Schema): Schema {
  return { ...schema, hide: true };
}
