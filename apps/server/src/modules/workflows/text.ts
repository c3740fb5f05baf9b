/** Values of a text's variables. */
export type Variables = Record<string, string>;

/**
 * Fills `{{name}}` in. A variable without a value becomes nothing; what is filled in is not looked at again, so that a
 * contact called "{{workspace.name}}" stays called that.
 */
export function fillIn(text: string, variables: Variables): string {
  return text.replace(/\{\{\s*([a-zA-Z0-9_.]{1,64})\s*\}\}/g, (_whole, name: string) =>
    Object.hasOwn(variables, name) ? (variables[name] ?? '') : '',
  );
}
