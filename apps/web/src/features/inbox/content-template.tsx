import { IconTemplate } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import classes from './content.module.css';
import { type Content, partOf } from './content-part.ts';
import { templatesQuery } from './window-queries.ts';

const TemplateShown = lazy(() => import('./template-shown.tsx'));

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
  const body = components.find(({ type }) => type.toLowerCase() === 'body')?.parameters ?? [];
  return (
    <div className={classes.card}>
      {known ? (
        <Suspense fallback={<p className={classes.small}>{known.preview}</p>}>
          <TemplateShown template={known} parameters={components} />
        </Suspense>
      ) : (
        <dl className={classes.facts}>
          {body.map((parameter, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parameters have places, not names
            <div key={at} className={classes.fact}>
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
