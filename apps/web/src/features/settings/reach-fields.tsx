import { roles } from '@chaski/contracts';
import { MultiSelect, Select, Switch } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { numbersQuery } from '../../api/directory.ts';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import type { Member } from './queries.ts';

export type Role = Member['role'];
export type Reach = { role: Role; ownOnly: boolean; numberIds: string[] };

/** As the API takes it: no numbers named means all, and leads are not limited. */
export function reachOf({ role, ownOnly, numberIds }: Reach) {
  const limited = role === 'agent' || role === 'viewer';
  return {
    role,
    ownOnly: limited && ownOnly,
    numberIds: limited && numberIds.length > 0 ? numberIds : null,
  };
}

/** What a member reaches, in words. */
export function useReach(): (of: { numberIds: string[] | null; ownOnly: boolean }) => string[] {
  const { t } = useTranslation();
  const { data: numbers } = useQuery(numbersQuery);
  return ({ numberIds, ownOnly }) => [
    ...(ownOnly ? [t('settings.members.ownOnly')] : []),
    ...(numberIds?.map((id) => numbers?.find((one) => one.id === id)?.displayPhoneNumber ?? '…') ?? []),
  ];
}

/** Role, and for agents and viewers what they may reach. Owners are made by owners. */
export function ReachFields<Values extends Reach>({ form }: { form: UseFormReturnType<Values> }) {
  const { t } = useTranslation();
  const { workspace } = useSession();
  const { data: numbers } = useQuery(numbersQuery);
  const { role } = form.getValues();
  const limited = role === 'agent' || role === 'viewer';
  const offered = roles.filter((one) => one !== 'owner' || workspace?.role === 'owner' || role === 'owner');
  return (
    <>
      <Select
        label={t('settings.members.role')}
        description={t(`role.may.${role}`)}
        allowDeselect={false}
        data={offered.map((one) => ({ value: one, label: t(`role.${one}`) }))}
        {...form.getInputProps('role')}
      />
      {limited ? (
        <>
          <MultiSelect
            label={t('settings.members.numbers')}
            description={t('settings.members.numbersHint')}
            data={numbers?.map((one) => ({ value: one.id, label: one.displayPhoneNumber })) ?? []}
            {...form.getInputProps('numberIds')}
          />
          <Switch
            label={t('settings.members.ownOnly')}
            description={t('settings.members.ownOnlyHint')}
            {...form.getInputProps('ownOnly', { type: 'checkbox' })}
          />
        </>
      ) : null}
    </>
  );
}
