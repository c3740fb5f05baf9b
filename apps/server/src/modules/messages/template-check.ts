import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { getNumber } from '../numbers/index.ts';
import { checkTemplateSend } from '../templates/index.ts';

/** What is missing in a template message, a sentence each; null when nothing is, or nobody told us about the template. */
export async function missingParameters(
  tx: TenantTx,
  numberId: string,
  content: { type: string; [key: string]: unknown },
): Promise<readonly string[] | null> {
  const ref = templateRef(content);
  if (!ref) return null;
  const { accountId } = await getNumber(tx, numberId);
  const { components } = content.template as { components?: readonly unknown[] };
  const checked = await checkTemplateSend(tx, { accountId, ...ref, parameters: components });
  // Whether its state lets it be sent is the policy's to say.
  if (checked.ok || checked.problem.code !== 'template_parameters') return null;
  return checked.problem.all;
}

/** Refuses what WhatsApp would refuse an hour later, with the names of all that is missing. */
export async function refuseIncomplete(
  tx: TenantTx,
  numberId: string,
  content: { type: string; [key: string]: unknown },
): Promise<void> {
  const missing = await missingParameters(tx, numberId, content);
  if (missing === null) return;
  const problems = missing.map((message) => ({ path: 'template.components', message }));
  throw errors.invalidRequest(problems, missing.join(' '));
}

/** Which template a content names; null for every other content. */
export function templateRef(content: { type: string; [key: string]: unknown }): {
  name: string;
  language: string;
} | null {
  if (content.type !== 'template') return null;
  const template = content.template as { name?: unknown; language?: { code?: unknown } } | undefined;
  if (typeof template?.name !== 'string' || typeof template.language?.code !== 'string') return null;
  return { name: template.name, language: template.language.code };
}
