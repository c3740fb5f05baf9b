import { useTranslation } from '../../i18n/words.ts';

/** Why somebody gets nothing, or did not: in words where we have some, else the code itself. */
export function useReason(): (code: string) => string {
  const { t } = useTranslation();
  return (code) =>
    t(`campaigns.reason.${code}`, { defaultValue: t(`analytics.code.${code}`, { defaultValue: code }) });
}
