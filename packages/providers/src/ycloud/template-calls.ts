/** Templates of YCloud accounts are written in YCloud's console, where their review is followed too; we list them. */
import type { TemplateCalls } from '../cloud/template-calls.ts';

const message =
  'Templates of this account are written in YCloud’s console; they appear here once it lists them.';
const refused = async () => ({
  outcome: 'refused' as const,
  error: { code: 100, title: 'Not through YCloud', message, details: null, href: null },
  class: { retry: 'never' as const },
});

export const templateCalls: TemplateCalls = {
  createTemplate: refused,
  editTemplate: refused,
  deleteTemplate: refused,
  findTemplate: async () => ({ outcome: 'refused', reason: message }),
  uploadSample: async () => ({ outcome: 'failed', reason: message, retry: false }),
};
