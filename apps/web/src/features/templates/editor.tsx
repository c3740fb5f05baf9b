import { type TemplateComponent, templateProblems } from '@chaski/contracts';
import type { Template } from '@chaski/sdk';
import { Button, Group, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useAttempt } from '../../api/use-attempt.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useUnsaved } from '../../ui/confirm.tsx';
import { useExplain } from '../../ui/explain.ts';
import { Refused, Section } from '../../ui/page.tsx';
import type { Definition } from './definition.ts';
import { EditAuthentication } from './edit-authentication.tsx';
import { EditBasics } from './edit-basics.tsx';
import { EditParts } from './edit-parts.tsx';
import { AllMistakes, focusOn, MistakesProvider, PartMistakes } from './mistakes.tsx';
import { Phone } from './phone.tsx';
import { templateQuery } from './queries.ts';
import classes from './templates.module.css';
import { useWrittenElsewhere, WrittenElsewhere } from './written-elsewhere.tsx';

/** Writing a template: as the phone will show it beside what is written, WhatsApp's rules while it is written. */
export function Editor({ template, first }: { template: Template | null; first: Definition }) {
  const { t } = useTranslation();
  const explain = useExplain();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [definition, setDefinition] = useState(first);
  const [numberId, setNumberId] = useState<string | null>(null);
  const [saved, setSaved] = useState(first);
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState<'save' | 'submit' | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // A second try after a save whose answer got lost must not make a second template.
  const made = useRef(template);
  const making = useAttempt();
  const problems = templateProblems(definition);
  const elsewhere = useWrittenElsewhere(
    template ? template.numbers.map(({ id }) => id) : numberId ? [numberId] : null,
  );
  useUnsaved(definition !== saved && busy === null);

  const save = async (): Promise<Template> => {
    const body = { ...definition, components: definition.components as Record<string, unknown>[] };
    const now = made.current
      ? await chaski.templates.update({ id: made.current.id, body })
      : await making({ body, numberId }, (key) =>
          chaski.templates.create({ body: { ...body, ...(numberId ? { numberId } : {}) } }, key),
        );
    made.current = now;
    setSaved(definition);
    queries.setQueryData(templateQuery(now.id).queryKey, now);
    void queries.invalidateQueries({ queryKey: ['templates', 'list'] });
    return now;
  };
  const attempt = async (what: 'save' | 'submit', action: () => Promise<void>) => {
    setProblem(null);
    setBusy(what);
    try {
      await action();
    } catch (error) {
      setProblem(explain(error));
      setBusy(null);
    }
  };
  const saveDraft = () =>
    attempt('save', async () => {
      const { id } = await save();
      notifications.show({ message: t('form.saved') });
      if (template === null)
        await navigate({
          to: '/app/templates/$templateId/edit',
          params: { templateId: id },
          replace: true,
          resetScroll: false,
          ignoreBlocker: true,
        });
      setBusy(null);
    });
  const submit = () => {
    setAsked(true);
    const [wrong] = problems;
    if (wrong) {
      // The fields show their mistakes first.
      requestAnimationFrame(() => focusOn(wrong.path));
      return;
    }
    void attempt('submit', async () => {
      const { id } = await save();
      const now = await chaski.templates.submit({ id, body: {} }, once());
      queries.setQueryData(templateQuery(id).queryKey, now);
      void queries.invalidateQueries({ queryKey: ['templates', 'one', id] });
      await navigate({
        to: '/app/templates/$templateId',
        params: { templateId: id },
        ignoreBlocker: true,
      });
    });
  };
  const setComponents = (components: TemplateComponent[]) => setDefinition({ ...definition, components });
  return (
    <MistakesProvider problems={problems} asked={asked}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        noValidate
      >
        <div className={classes.beside}>
          <Stack gap="lg">
            <Section title={t('templates.section.basics')}>
              <EditBasics
                definition={definition}
                template={template}
                numberId={numberId}
                onNumber={setNumberId}
                onChange={setDefinition}
              />
            </Section>
            {elsewhere ? <WrittenElsewhere /> : null}
            {definition.category === 'AUTHENTICATION' ? (
              <Section title={t('templates.section.code')}>
                <EditAuthentication components={definition.components} onChange={setComponents} />
              </Section>
            ) : (
              <EditParts definition={definition} onChange={setComponents} />
            )}
            <PartMistakes path="components" />
            <AllMistakes />
            <Refused problem={problem} />
            <Group justify="flex-end">
              <Button
                variant="default"
                loading={busy === 'save'}
                disabled={elsewhere || definition.name === '' || busy === 'submit'}
                onClick={() => void saveDraft()}
              >
                {t('templates.saveDraft')}
              </Button>
              <Button type="submit" loading={busy === 'submit'} disabled={elsewhere || busy === 'save'}>
                {t('templates.submit')}
              </Button>
            </Group>
          </Stack>
          <aside aria-label={t('templates.preview')}>
            <Phone components={definition.components} />
          </aside>
        </div>
      </form>
    </MistakesProvider>
  );
}
