/** Templates created, changed and deleted (Meta, "Message templates", "Resumable Upload API", 2026; PROTOCOL §8, §9). */
import type { Dispatcher } from 'undici';
import type { Credential, MediaResult } from '../contract.ts';
import { type Answer, graphErrorOf, jsonOf, request } from './http.ts';
import { type Rec, rec, ref, str } from './json.ts';
import { bearer, graphUrl } from './send.ts';
import type { TemplateCalls, TemplateOutcome, TemplateToWrite } from './template-calls.ts';
import { listedTemplates } from './templates.ts';

const MAX_ANSWER = 1024 * 1024;

/** The five calls over one pool of connections. */
export function templateCalls(agent: Dispatcher): TemplateCalls {
  const call = (
    { credential, timeoutMs }: { credential: Credential; timeoutMs: number },
    method: 'POST' | 'DELETE',
    path: string,
    body?: object,
  ) =>
    request(agent, {
      method,
      url: graphUrl(credential, path),
      headers: {
        ...bearer(credential),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs,
      maxBytes: MAX_ANSWER,
    });
  return {
    async createTemplate(asked) {
      const { accountRef, template } = asked;
      const answer = await call(asked, 'POST', `${encodeURIComponent(accountRef)}/message_templates`, {
        name: template.name,
        language: template.language,
        ...wire(template),
      });
      return outcomeOf(answer, (json) => {
        const providerTemplateId = ref(json.id);
        return providerTemplateId === null
          ? null
          : {
              providerTemplateId,
              status: str(json.status) ?? 'PENDING',
              category: str(json.category) ?? template.category,
            };
      });
    },
    async editTemplate(asked) {
      const { providerTemplateId, template } = asked;
      const answer = await call(asked, 'POST', encodeURIComponent(providerTemplateId), wire(template));
      return outcomeOf(answer, (json) => (json.success === true ? {} : null));
    },
    async deleteTemplate(asked) {
      const { accountRef, name, providerTemplateId } = asked;
      const query = new URLSearchParams({ hsm_id: providerTemplateId, name });
      const answer = await call(
        asked,
        'DELETE',
        `${encodeURIComponent(accountRef)}/message_templates?${query}`,
      );
      const outcome = outcomeOf(answer, (json) => (json.success === true ? {} : null));
      const gone = outcome.outcome === 'refused' && /not found|does not exist/i.test(outcome.error.message);
      return gone ? { outcome: 'accepted' } : outcome;
    },
    async findTemplate(asked) {
      // `name` matches parts of names too, and 6,000 languages of one name cannot be.
      const listed = await listedTemplates(agent, asked, { name: asked.name, language: asked.language });
      if (listed.outcome !== 'ok') return listed;
      const template = listed.templates.find(
        ({ name, language }) => name === asked.name && language === asked.language,
      );
      return { outcome: 'ok', template: template ?? null };
    },
    async uploadSample(asked) {
      const { credential, bytes, mimeType, filename, timeoutMs } = asked;
      const query = new URLSearchParams({
        file_name: filename,
        file_length: String(bytes.length),
        file_type: mimeType,
      });
      // `app` is the app of the token: whoever pasted a token need not know its app's id.
      const opened = await call(asked, 'POST', `app/uploads?${query}`);
      const session = read(opened, (json) => str(json.id));
      if (session.outcome !== 'ok') return session;
      const answer = await request(agent, {
        method: 'POST',
        url: graphUrl(credential, session.value),
        headers: { authorization: `OAuth ${credential.token}`, file_offset: '0' },
        body: bytes,
        timeoutMs,
        maxBytes: MAX_ANSWER,
      });
      const handle = read(answer, (json) => str(json.h));
      return handle.outcome === 'ok' ? { outcome: 'ok', value: { handle: handle.value } } : handle;
    },
  };
}

function wire(
  template: Pick<TemplateToWrite, 'components' | 'messageSendTtlSeconds' | 'parameterFormat'> & {
    category: string | null;
  },
): object {
  return {
    ...(template.category === null ? {} : { category: template.category }),
    parameter_format: template.parameterFormat,
    ...(template.messageSendTtlSeconds === null
      ? {}
      : { message_send_ttl_seconds: template.messageSendTtlSeconds }),
    components: template.components,
  };
}

function outcomeOf<Accepted extends object>(
  answer: Answer,
  accepted: (json: Rec) => Accepted | null,
): TemplateOutcome<Accepted> {
  if (answer.kind === 'not-sent') return { outcome: 'not-sent', reason: answer.reason };
  if (answer.kind !== 'answer') return { outcome: 'unknown', reason: answer.reason };
  const json = jsonOf(answer.body);
  const graph = graphErrorOf(json, answer.status);
  if (graph) return { outcome: 'refused', ...forPeople(graph, rec(json?.error)) };
  const done = json && answer.status >= 200 && answer.status < 300 ? accepted(json) : null;
  if (done !== null) return { outcome: 'accepted', ...done };
  return { outcome: 'unknown', reason: `status ${answer.status} without an answer of WhatsApp` };
}

/** Codes of templates travel as the subcode of a 100, the sentence for people beside them. */
function forPeople(graph: NonNullable<ReturnType<typeof graphErrorOf>>, envelope: Rec | null) {
  const subcode = Number(ref(envelope?.error_subcode));
  const { error } = graph;
  return {
    ...graph,
    error: {
      ...error,
      code: error.code === 100 && subcode >= 2_388_000 ? subcode : error.code,
      title: str(envelope?.error_user_title) ?? error.title,
      message: str(envelope?.error_user_msg) ?? error.details ?? error.message,
    },
  };
}

function read(answer: Answer, take: (json: Rec) => string | null): MediaResult<string> {
  const outcome = outcomeOf(answer, (json) => {
    const value = take(json);
    return value === null ? null : { value };
  });
  switch (outcome.outcome) {
    case 'accepted':
      return { outcome: 'ok', value: outcome.value };
    case 'refused': {
      const { error, class: retryable } = outcome;
      const retry = retryable.retry === 'later' || retryable.retry === 'after';
      return { outcome: 'failed', reason: `${error.code}: ${error.message}`, retry };
    }
    default:
      // A sample uploaded twice harms nobody.
      return { outcome: 'failed', reason: outcome.reason, retry: true };
  }
}
