import type { TemplateProblem } from '@chaski/contracts';
import { Alert, Text } from '@mantine/core';
import { createContext, type ReactNode, use, useMemo, useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import classes from './templates.module.css';

interface Mistakes {
  problems: readonly TemplateProblem[];
  /** Somebody asked for the whole to be right: what is empty counts too. */
  asked: boolean;
  touched: ReadonlySet<string>;
  touch: (path: string) => void;
}

const Context = createContext<Mistakes>({ problems: [], asked: false, touched: new Set(), touch: () => {} });

/** What WhatsApp would refuse, said at the fields that it names: once somebody was there, then while they type. */
export function MistakesProvider(props: {
  problems: readonly TemplateProblem[];
  asked: boolean;
  children: ReactNode;
}) {
  const { problems, asked } = props;
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const value = useMemo(
    () => ({
      problems,
      asked,
      touched,
      touch: (path: string) => setTouched((now) => (now.has(path) ? now : new Set(now).add(path))),
    }),
    [problems, asked, touched],
  );
  return <Context value={value}>{props.children}</Context>;
}

/**
 * In the reader's language as far as WhatsApp's code tells it; in English the rule itself speaks, without the path that
 * the API's users need.
 */
function useWords(): (problem: TemplateProblem) => string {
  const { t, i18n } = useTranslation();
  return ({ code, path, message }) => {
    // The rule names codes; here one chooses among names.
    if (path === 'language') return t('templates.languageChoose');
    const bare = message
      .replaceAll(path, '')
      .replaceAll(/components(\[\d+\]|\.\w+)+/g, '')
      .replace(/^[\s:]+/, '');
    // An example that begins the sentence, such as com.example.app, stays as it is.
    const own = bare.replace(/^[a-z]+(?=\s)/, (word) => word.charAt(0).toUpperCase() + word.slice(1));
    return i18n.language.startsWith('en') ? own : t(`templates.mistake.${code}`, { defaultValue: own });
  };
}

/** What a field needs to say its mistake. `also`: another path that means it; `empty` false: examples share a path. */
export function useField(path: string, also: string | null = null, counts = true) {
  const { problems, asked, touched, touch } = use(Context);
  const words = useWords();
  const found = problems.filter((one) => one.path === path || one.path === also);
  // All at once: whoever mends one does not learn of the next only then.
  const said = [...new Set(found.map(words))].join(' ');
  return {
    error: said !== '' && counts && (asked || touched.has(path)) ? said : null,
    onBlur: () => touch(path),
    'data-path': path,
  };
}

/** What is wrong with how parts stand together: nobody is in the middle of typing it. */
export function PartMistakes({ path }: { path: string }) {
  const { problems } = use(Context);
  const words = useWords();
  return problems
    .filter((one) => one.path === path)
    .map((one) => (
      <Text key={one.message} size="sm" c="var(--chaski-danger)" role="alert">
        {words(one)}
      </Text>
    ));
}

/** All of it, above the buttons; each leads to its field. */
export function AllMistakes() {
  const { t } = useTranslation();
  const { problems, asked } = use(Context);
  const words = useWords();
  if (!asked || problems.length === 0) return null;
  const place = (path: string): string[] => {
    const card = /cards\[(\d+)\]/.exec(path)?.[1];
    const button = /buttons\[(\d+)\]/.exec(path)?.[1];
    return [
      ...(card === undefined ? [] : [t('templates.nthCard', { n: Number(card) + 1 })]),
      ...(button === undefined ? [] : [t('templates.nthButton', { n: Number(button) + 1 })]),
      ...(path === 'name' || path === 'language' ? [t(`templates.field.${path}`)] : []),
    ];
  };
  return (
    <Alert
      color="red"
      variant="outline"
      role="alert"
      title={t('templates.mistakes', { count: problems.length })}
    >
      <ul className={classes.wrong}>
        {problems.map((one) => (
          <li key={`${one.path} ${one.message}`}>
            <button type="button" className={classes.lead} onClick={() => focusOn(one.path)}>
              {[...place(one.path), words(one)].join(': ')}
            </button>
          </li>
        ))}
      </ul>
    </Alert>
  );
}

/** The field of a path, or the nearest that stands around it. */
export function focusOn(path: string): void {
  for (let at = path; at !== ''; at = at.replace(/(\.\w+|\[\d+\]|^\w+)$/, '')) {
    const found = document.querySelector<HTMLElement>(`[data-path="${CSS.escape(at)}"]`);
    if (found) {
      found.focus();
      return;
    }
  }
}
