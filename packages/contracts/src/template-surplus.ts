/** What a send gives a template that has no place for it: components, cards, buttons, parameters. */
import { knownComponents, type TemplateDefinition } from './template-definition.ts';
import { cardsOf, componentsOf, list, lower, type Rec } from './template-sent.ts';
import type { TemplateVariable } from './template-variables.ts';

/** WhatsApp's code for it and a sentence. */
export type Surplus = [code: number, message: string];

interface Place {
  /** Lower-case kinds of the components that are there. */
  kinds: ReadonlySet<string>;
  /** Lower-case kinds of the buttons; null: there are some of a kind that we do not know yet, WhatsApp's to judge. */
  buttons: readonly string[] | null;
  variables: readonly TemplateVariable[];
  sent: readonly Rec[];
}

/** Everything that is too much, of the whole and of each card. */
export function surplusOf(
  definition: Pick<TemplateDefinition, 'components'>,
  variables: readonly TemplateVariable[],
  sent: readonly unknown[],
): Surplus[] {
  const components = knownComponents(definition.components);
  const kinds = new Set(list(definition.components).map(({ type }) => lower(type)));
  const place = (own: typeof components, card: number | null): Place => {
    const buttons = own.find((one) => one.type === 'BUTTONS')?.buttons.map(({ type }) => type.toLowerCase());
    return {
      kinds: card === null ? kinds : new Set(own.map(({ type }) => type.toLowerCase())),
      buttons: buttons ?? (card === null && kinds.has('buttons') ? null : []),
      variables: variables.filter((one) => one.card === card),
      sent: componentsOf(sent, card),
    };
  };
  const cards = components.find((one) => one.type === 'CAROUSEL')?.cards ?? [];
  const given = cardsOf(sent).length;
  return [
    ...surplusAt(place(components, null)).map(([code, message]): Surplus => [code, `${message}.`]),
    ...cards.flatMap((card, i) =>
      surplusAt(place(card.components, i)).map(
        ([code, message]): Surplus => [code, `${message} on card ${i + 1}.`],
      ),
    ),
    // Of no cards at all each variable of theirs is missing, and says so.
    ...(given > 0 && cards.length > 0 && given !== cards.length
      ? [[132000, `The template has ${cards.length} cards and got ${given}.`] satisfies Surplus]
      : []),
  ];
}

function surplusAt({ kinds, buttons, variables, sent }: Place): Surplus[] {
  const found: Surplus[] = [];
  for (const one of sent) {
    const kind = lower(one.type);
    if (kind === 'button') {
      if (buttons !== null) found.push(...surplusOfButton(buttons, one));
    } else if (!kinds.has(kind)) found.push([132000, `The template has no ${kind}`]);
    else if (kind === 'header' || kind === 'body') {
      const takes = variables.filter(({ part }) => part === kind).length;
      const gets = list(one.parameters).length;
      if (gets > takes) found.push([132000, `The ${kind} takes ${takes} parameters and got ${gets}`]);
    }
  }
  return found;
}

function surplusOfButton(buttons: readonly string[], { index, subType }: Rec): Surplus[] {
  const kind = buttons[Number(index)];
  const place = Number(index) + 1;
  if (kind === undefined) return [[132000, `There is no button ${place}`]];
  // A one-time password's button is filled as the address that it is made of.
  const takes = kind === 'otp' ? 'url' : kind;
  return lower(subType) === takes
    ? []
    : [[132012, `Button ${place} is a ${kind} and got a ${lower(subType)}`]];
}
