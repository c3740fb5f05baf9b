import { type TemplateVariable, templatePreview } from '@chaski/contracts';
import type { Template } from '@chaski/sdk';
import { useTranslation } from '../../i18n/words.ts';

type Called = Pick<TemplateVariable, 'kind' | 'part' | 'name' | 'button' | 'card'>;

/** What one reads beside a blank of a template. */
export function useTemplateLabels(): (template: Pick<Template, 'components'>, blank: Called) => string {
  const { t } = useTranslation();
  return (template, { kind, part, name, button, card }) => {
    const shown = templatePreview(template);
    const buttons = (card === null ? shown : shown.cards[card])?.buttons ?? [];
    const called = button === null ? name : (buttons[button]?.text ?? button + 1);
    const label =
      kind === 'text'
        ? t(part === 'header' ? 'composer.template.headerField' : 'composer.template.field', { name })
        : t(`composer.template.wants.${kind}`, { name: called });
    return card === null ? label : t('composer.template.ofCard', { label, n: card + 1 });
  };
}
