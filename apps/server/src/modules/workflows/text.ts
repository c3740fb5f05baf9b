/** Values of a text's variables. */
export type Variables = Record<string, string>;

/**
 * Fills `{{name}}` in. A variable without a value becomes its fallback (`{{name|there}}`), without one nothing; what is
 * filled in is not looked at again, so that a contact called "{{workspace.name}}" stays called that. `poor`: names whose
 * value is better than nothing, but not better than a fallback.
 */
export function fillIn(text: string, variables: Variables, poor: readonly string[] = []): string {
  return text.replace(
    /\{\{\s*([a-zA-Z0-9_.]{1,64})\s*(?:\|([^{}]*))?\}\}/g,
    (_whole, name: string, fallback: string | undefined) => {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      const instead = fallback?.trim() ?? '';
      return instead !== '' && poor.includes(name) ? instead : value || instead;
    },
  );
}
