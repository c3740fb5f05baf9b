/** Edges of an account: its numbers, who is subscribed, its templates. */
import { checkedOverride, type GraphCall, json, methodError, page, permit, pick } from './graph-call.ts';
import { NUMBER_FIELDS, presentNumber } from './graph-numbers.ts';
import { createTemplate, deleteTemplates, listTemplates } from './graph-templates.ts';
import { health } from './health.ts';
import { sendJson } from './http.ts';
import { asString } from './json.ts';
import { saveAccount } from './keep.ts';
import { templateDays } from './template-days.ts';
import type { Account } from './world.ts';

export async function accountEdge(call: GraphCall, account: Account, edge: string): Promise<void> {
  const { world, method, res, query } = call;
  permit(call, account.id, 'whatsapp_business_management', account.id);
  switch (`${method} ${edge}`) {
    case 'GET ':
      return sendJson(
        res,
        200,
        pick(
          query.get('fields'),
          {
            id: account.id,
            name: `Account ${account.id}`,
            currency: 'USD',
            timezone_id: '1',
            message_template_namespace: `ns_${account.id}`,
            account_review_status: 'APPROVED',
            health_status: health(account, null),
            owner_business_info: { id: account.portfolioId, name: `Portfolio ${account.portfolioId}` },
          },
          ['id'],
          ['name', 'timezone_id', 'message_template_namespace'],
        ),
      );
    case 'GET phone_numbers': {
      const numbers = [...world.numbers.values()].filter((number) => number.accountId === account.id);
      return page(
        call,
        numbers.map((number) =>
          pick(query.get('fields'), presentNumber(world, number), ['id'], NUMBER_FIELDS),
        ),
      );
    }
    case 'GET subscribed_apps':
      return sendJson(res, 200, {
        data: [...account.subscribed].map(([id, override]) => ({
          whatsapp_business_api_data: {
            id,
            link: `https://www.facebook.com/games/?app_id=${id}`,
            name: `App ${id}`,
          },
          ...(override === null ? {} : { override_callback_uri: override }),
        })),
      });
    case 'POST subscribed_apps': {
      const body = await json(call);
      account.subscribed.set(
        call.token.appId,
        await checkedOverride(
          world,
          asString(body.override_callback_uri) ?? '',
          asString(body.verify_token) ?? '',
        ),
      );
      saveAccount(world, account);
      return sendJson(res, 200, { success: true });
    }
    case 'DELETE subscribed_apps':
      account.subscribed.delete(call.token.appId);
      saveAccount(world, account);
      return sendJson(res, 200, { success: true });
    case 'POST ':
      if (query.get('is_enabled_for_insights') !== 'true') throw methodError(call, edge);
      return sendJson(res, 200, { id: account.id });
    case 'GET template_analytics':
      return sendJson(res, 200, {
        data: [
          {
            granularity: 'DAILY',
            product_type: 'cloud_api',
            data_points: templateDays(world, account, query),
          },
        ],
      });
    case 'GET message_templates':
      return listTemplates(call, account);
    case 'POST message_templates':
      return createTemplate(call, account);
    case 'DELETE message_templates':
      return deleteTemplates(call, account);
    default:
      throw methodError(call, edge);
  }
}
