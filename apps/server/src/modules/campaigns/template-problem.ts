import { blankKinds, filledTemplate, type PauseReason, variableKey } from '@chaski/contracts';
import type { SystemTx, TenantTx } from '../../platform/db/index.ts';
import { findNumber } from '../numbers/index.ts';
import { checkTemplateSend, templateFor } from '../templates/index.ts';
import type { CampaignRow } from './queries.ts';
import { selectFilled } from './queries-report.ts';

/**
 * What WhatsApp would say against the template and its variables, by the first who gets it; null: nothing that we know.
 * A template that WhatsApp never told us about is its own matter: nobody is stopped for it.
 */
export async function templateProblem(
  tx: TenantTx,
  campaign: CampaignRow,
  accountId: string,
): Promise<{ code: string; message: string } | null> {
  const { message } = campaign;
  if (!message) return null;
  // Where nobody gets it, the plan says of each what they lack; whether each blank has a variable is seen without them.
  const anything = () => Object.fromEntries(message.variables.map((one) => [variableKey(one), '1']));
  const { name, language } = message.template;
  const { template } = filledTemplate(
    message,
    (await selectFilled(tx, campaign.id, 1))?.filled ?? anything(),
    blankKinds(await templateFor(tx, accountId, name, language)),
  );
  const check = await checkTemplateSend(tx, {
    accountId,
    ...message.template,
    parameters: (template.components as readonly unknown[] | undefined) ?? [],
  });
  return check.ok ? null : { code: check.problem.code, message: check.problem.message };
}

/** Nobody gets the template for now, or ever again: what stopped its sends first may be our own word, which says neither. */
export async function pauseReasonOf(
  tx: SystemTx,
  { workspaceId, numberId, message }: CampaignRow,
  reason: PauseReason,
): Promise<PauseReason> {
  if (reason !== 'template_disabled' || !message) return reason;
  const number = await findNumber(tx, workspaceId, numberId);
  const { name, language } = message.template;
  const template = number && (await templateFor(tx, number.accountId, name, language));
  return template?.status === 'PAUSED' ? 'template_paused' : reason;
}
