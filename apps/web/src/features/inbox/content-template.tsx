import { IconTemplate } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import classes from './content.module.css';
import { type Content, partOf } from './content-part.ts';
import { FormattedText } from './content-text.tsx';
import { fillTemplate, type TemplateComponent, templatesQuery } from './window-queries.ts';

interface TemplatePart {
  name: string;
  language: { code: string };
  components: { type: string; parameters?: { type: string; text?: string; parameterName?: string }[] }[];
}

/** A template as the person saw it; where its text is not known, its name and what was filled in. */
export function TemplateView({ content }: { content: Content }) {
  const { t } = useTranslation();
  const { name = '', language, components = [] } = partOf<TemplatePart>(content);
  const { data: templates } = useQuery(templatesQuery);
  const known = templates?.find((one) => one.name === name && one.language === language?.code);
  const filled = (kind: string) =>
    components.find((one) => one.type.toLowerCase() === kind)?.parameters ?? [];
  const shown = (known?.components as TemplateComponent[] | undefined)?.flatMap((component) => {
    const kind = component.type.toLowerCase();
    return component.text && ['header', 'body', 'footer'].includes(kind)
      ? [{ kind, text: fillTemplate(component.text, filled(kind)) }]
      : [];
  });
  return (
    <div className={classes.card}>
      {shown && shown.length > 0 ? (
        shown.map(({ kind, text }) =>
          kind === 'body' ? (
            <FormattedText key={kind} text={text} />
          ) : (
            <p key={kind} className={kind === 'header' ? classes.title : classes.small}>
              {text}
            </p>
          ),
        )
      ) : (
        <dl className={classes.facts}>
          {filled('body').map((parameter, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parameters have places, not names
            <div key={at} style={{ display: 'contents' }}>
              <dt>{parameter.parameterName ?? at + 1}</dt>
              <dd>{parameter.text ?? parameter.type}</dd>
            </div>
          ))}
        </dl>
      )}
      <span className={classes.head}>
        <IconTemplate size={14} aria-hidden />
        <span className={classes.small}>{t('thread.template', { name })}</span>
      </span>
    </div>
  );
}
