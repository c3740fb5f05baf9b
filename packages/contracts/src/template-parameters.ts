/** The components of a send beside the template they are for: what each variable gets, and what is missing. */
import { knownComponents, type TemplateDefinition } from './template-definition.ts';
import { componentsOf, list, lower, type Rec, rec } from './template-sent.ts';
import { surplusOf } from './template-surplus.ts';
import { fillText } from './template-text.ts';
import { type TemplateVariable, variablesOf } from './template-variables.ts';

type Spot = Pick<TemplateVariable, 'part' | 'card' | 'button' | 'name'>;

function parametersOf(sent: readonly unknown[], { part, card, button }: Spot): Rec[] {
  const type = part === 'offer' ? 'limited_time_offer' : part;
  const found = componentsOf(sent, card).find(
    (one) => lower(one.type) === type && (part !== 'button' || Number(one.index) === button),
  );
  return list(found?.parameters);
}

const isName = (name: string | null): name is string => name !== null && !/^\d+$/.test(name);

/** What the send gives a variable; undefined when nothing. */
export function parameterOf(sent: readonly unknown[], variable: Spot): Rec | undefined {
  const parameters = parametersOf(sent, variable);
  const { name, part } = variable;
  if (isName(name)) return parameters.find(({ parameterName }) => parameterName === name);
  return parameters[part === 'body' && name !== null ? Number(name) - 1 : 0];
}

/** As a reader sees it: texts, and what WhatsApp falls back to for money and dates. */
export function parameterText(parameter: Rec | undefined): string | undefined {
  const found =
    parameter?.text ??
    parameter?.couponCode ??
    rec(parameter?.currency).fallbackValue ??
    rec(parameter?.dateTime).fallbackValue;
  return typeof found === 'string' ? found : undefined;
}

/**
 * A body's text as a send fills it in. Of the definition nothing else is read: a list wants this of every message of a
 * campaign, and the whole preview costs ten times as much.
 */
export function filledBody(text: string, sent: readonly unknown[]): string {
  return fillText(text, (name) =>
    parameterText(parameterOf(sent, { part: 'body', card: null, button: null, name })),
  );
}

const textual = new Set(['text', 'url', 'code', 'coupon_code']);
const wanted: Readonly<Record<string, string>> = { products: 'action', time: 'limited_time_offer' };

export interface ParameterProblem {
  /** In the content: `template.components`. */
  path: string;
  /** The variable's key; null for one too many. */
  key: string | null;
  /** WhatsApp's answer to the same send. */
  code: number;
  message: string;
}

/** Whether WhatsApp would take these parameters; the message names the variable. Never throws. */
export function parameterProblems(
  definition: Pick<TemplateDefinition, 'components'>,
  sent: readonly unknown[] = [],
): ParameterProblem[] {
  const path = 'template.components';
  const components = knownComponents(definition.components);
  const variables = variablesOf(components, null);
  const problems: ParameterProblem[] = [];
  for (const variable of variables) {
    const { key, kind, label } = variable;
    const parameter = parameterOf(sent, variable);
    if (parameter === undefined) {
      const code = variable.part === 'button' ? 131008 : kind === 'text' || kind === 'code' ? 132000 : 132012;
      problems.push({ path, key, code, message: `${sentence(label)} is missing (${key}).` });
    } else if (textual.has(kind)) {
      const text = parameterText(parameter);
      if (text === undefined || text === '')
        problems.push({ path, key, code: 131008, message: `${sentence(label)} is empty (${key}).` });
    } else if (lower(parameter.type) !== (wanted[kind] ?? kind))
      problems.push({
        path,
        key,
        code: 132012,
        message: `${sentence(label)} is missing (${key}): it got a parameter of type ${String(parameter.type)}.`,
      });
  }
  for (const [code, message] of surplusOf(definition, variables, sent))
    problems.push({ path, key: null, code, message });
  const otp =
    components.find((one) => one.type === 'BUTTONS')?.buttons.findIndex(({ type }) => type === 'OTP') ?? -1;
  const copied = list(componentsOf(sent, null)).find(
    ({ type, index }) => lower(type) === 'button' && Number(index) === otp,
  );
  if (otp >= 0 && !parameterText(list(copied?.parameters)[0]))
    problems.push({
      path,
      key: 'code',
      code: 131008,
      message: 'The code is missing at the button (code): body and button take the same.',
    });
  return problems;
}

function sentence(label: string): string {
  return label.charAt(0).toUpperCase() + label.slice(1);
}
