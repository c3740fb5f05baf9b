import { parameterProblems } from '@chaski/contracts';
import type { TenantTx } from '../../platform/db/index.ts';
import { getTemplate, templateFor } from './read.ts';
import type { TemplateRow } from './rows.ts';

export type TemplateRef =
  | { templateId: string }
  /** Names are unique within an account. */
  | { accountId: string; name: string; language: string };

export type TemplateCheck =
  | { ok: true; template: TemplateRow; category: string }
  | {
      ok: false;
      problem: {
        code: 'template_unknown' | 'template_not_approved' | 'template_parameters';
        /** Names what is missing. */
        message: string;
        /** One sentence for each thing that is wrong. */
        all: readonly string[];
      };
    };

const sendable: ReadonlySet<string> = new Set(['APPROVED', 'ACTIVE']);

/**
 * Whether WhatsApp would take a send of this template with these parameters (`template.components` of the content), as
 * far as it has told us. About the person the send policy decides.
 */
export async function checkTemplateSend(
  tx: TenantTx,
  asked: TemplateRef & { parameters?: readonly unknown[] | undefined },
): Promise<TemplateCheck> {
  const template =
    'templateId' in asked
      ? await getTemplate(tx, asked.templateId)
      : await templateFor(tx, asked.accountId, asked.name, asked.language);
  if (!template)
    return problem('template_unknown', 'WhatsApp has not told us about this template in this language.');
  if (!sendable.has(template.status))
    return problem(
      'template_not_approved',
      `The template is ${template.status.toLowerCase()}; WhatsApp takes approved templates only.`,
    );
  // Known by a notice alone: its components come with the next list.
  if (template.components.length > 0) {
    const all = parameterProblems(template, asked.parameters).map(({ message }) => message);
    if (all.length > 0) return problem('template_parameters', all.join(' '), all);
  }
  return { ok: true, template, category: template.category };
}

function problem(
  code: (TemplateCheck & { ok: false })['problem']['code'],
  message: string,
  all: readonly string[] = [message],
): TemplateCheck {
  return { ok: false, problem: { code, message, all } };
}
