/** The components of a send beside the template they are for: what each variable gets, and what is missing. */
import { knownComponents, type TemplateComponent, type TemplateDefinition } from './template-definition.ts';
import { type TemplateVariable, variablesOf } from './template-variables.ts';

type Rec = Record<string, unknown>;
const rec = (value: unknown): Rec =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Rec) : {};
const list = (value: unknown): Rec[] => (Array.isArray(value) ? value.map(rec) : []);
const lower = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : '');

/** Of the whole template, or of one card. */
function componentsOf(sent: readonly unknown[], card: number | null): Rec[] {
  const all = list(sent);
  if (card === null) return all;
  const cards = list(all.find(({ type }) => lower(type) === 'carousel')?.cards);
  const found = cards.find(({ cardIndex }) => Number(cardIndex) === card) ?? cards[card];
  return list(found?.components);
}

function parametersOf(sent: readonly unknown[], { part, card, button }: TemplateVariable): Rec[] {
  const type = part === 'offer' ? 'limited_time_offer' : part;
  const found = componentsOf(sent, card).find(
    (one) => lower(one.type) === type && (part !== 'button' || Number(one.index) === button),
  );
  return list(found?.parameters);
}

const isName = (name: string | null): name is string => name !== null && !/^\d+$/.test(name);

/** What the send gives a variable; undefined when nothing. */
export function parameterOf(sent: readonly unknown[], variable: TemplateVariable): Rec | undefined {
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
  const cards = components.find((one) => one.type === 'CAROUSEL')?.cards ?? [];
  for (const card of [null, ...cards.keys()])
    for (const [code, message] of tooMuch(
      card === null ? components : cards[card]!.components,
      variables.filter((one) => one.card === card),
      componentsOf(sent, card),
    ))
      problems.push({
        path,
        key: null,
        code,
        message: `${message}${card === null ? '.' : ` on card ${card + 1}.`}`,
      });
  const given = list(list(sent).find(({ type }) => lower(type) === 'carousel')?.cards).length;
  if (given > 0 && cards.length > 0 && given !== cards.length)
    problems.push({
      path,
      key: null,
      code: 132000,
      message: `The template has ${cards.length} cards and got ${given}.`,
    });
  const otp = components
    .flatMap((one) => (one.type === 'BUTTONS' ? one.buttons : []))
    .findIndex(({ type }) => type === 'OTP');
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

/** Parameters that no variable takes, and buttons that are not there or of another kind. */
function tooMuch(
  components: readonly TemplateComponent[],
  variables: readonly TemplateVariable[],
  sent: readonly Rec[],
): [code: number, message: string][] {
  const problems: [number, string][] = [];
  for (const part of ['header', 'body'] as const) {
    const takes = variables.filter((one) => one.part === part).length;
    const gets = list(sent.find(({ type }) => lower(type) === part)?.parameters).length;
    if (gets > takes) problems.push([132000, `The ${part} takes ${takes} parameters and got ${gets}`]);
  }
  const buttons = components.find((one) => one.type === 'BUTTONS')?.buttons;
  // Buttons of a kind that we do not know yet are WhatsApp's to judge.
  if (buttons === undefined) return problems;
  for (const { type, index, subType } of sent) {
    if (lower(type) !== 'button') continue;
    const kind = buttons[Number(index)]?.type;
    if (kind === undefined) problems.push([132000, `There is no button ${Number(index) + 1}`]);
    else if (lower(subType) !== (kind === 'OTP' ? 'url' : kind.toLowerCase()))
      problems.push([
        132012,
        `Button ${Number(index) + 1} is a ${kind.toLowerCase()} and got a ${lower(subType)}`,
      ]);
  }
  return problems;
}

function sentence(label: string): string {
  return label.charAt(0).toUpperCase() + label.slice(1);
}
