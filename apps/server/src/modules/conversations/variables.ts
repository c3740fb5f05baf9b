/** Pure: what stands between two braces in a quick reply. */

export const variableNames = ['contact.name', 'agent.name', 'workspace.name'] as const;
export type VariableName = (typeof variableNames)[number];

const variable = /\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}/g;

/** Names in the text that nobody knows. */
export function unknownVariables(text: string): string[] {
  const known: readonly string[] = variableNames;
  return [...new Set([...text.matchAll(variable)].map((match) => match[1]!))].filter(
    (name) => !known.includes(name),
  );
}

/**
 * Fills `{{contact.name|there}}` in; what has no value becomes its fallback, without one nothing. What is filled in is
 * not looked at again: a contact called "{{agent.name}}" stays called that.
 */
export function fillIn(text: string, values: Partial<Record<VariableName, string | null>>): string {
  return text.replace(variable, (whole, name: string, fallback: string | undefined) => {
    if (!(variableNames as readonly string[]).includes(name)) return whole;
    return values[name as VariableName] || (fallback?.trim() ?? '');
  });
}
