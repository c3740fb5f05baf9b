/** Variables of quick replies, as the server fills them in when one is used; here for the preview. */
export const variables = ['contact.name', 'agent.name', 'workspace.name'] as const;

const variable = /\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}/g;

/** What has no value becomes its fallback; names that nobody knows stay as they were written. */
export function filledIn(text: string, values: Record<(typeof variables)[number], string>): string {
  return text.replace(variable, (whole, name: string, fallback: string | undefined) => {
    const known = variables.find((one) => one === name);
    return known ? values[known] || (fallback?.trim() ?? '') : whole;
  });
}
