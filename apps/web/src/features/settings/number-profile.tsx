import type { profileLimits, profileVerticals } from '@chaski/contracts';
import { Anchor, Button, FileInput, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { IconPhoto } from '@tabler/icons-react';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Drawer } from '../../ui/drawer.tsx';
import { useExplain } from '../../ui/explain.ts';
import { useSubmit } from '../../ui/form.ts';
import { Refused, Waiting } from '../../ui/page.tsx';
import type { WaNumber } from './queries.ts';
import classes from './settings.module.css';

type Profile = Awaited<ReturnType<typeof chaski.numbers.getProfile>>;
type Change = Parameters<typeof chaski.numbers.updateProfile>[0]['body'];

const profileQuery = (id: string) =>
  queryOptions({
    queryKey: ['numbers', 'profile', id],
    queryFn: () => chaski.numbers.getProfile({ id }),
    retry: false,
  });

type Vertical = Exclude<(typeof profileVerticals)[number], 'UNDEFINED'>;

/** In the order they are offered. The contract's words by type alone, which misses none: its schemas stay out of the page. */
const verticals = Object.keys({
  OTHER: true,
  AUTO: true,
  BEAUTY: true,
  APPAREL: true,
  EDU: true,
  ENTERTAIN: true,
  EVENT_PLAN: true,
  FINANCE: true,
  GROCERY: true,
  GOVT: true,
  HOTEL: true,
  HEALTH: true,
  NONPROFIT: true,
  PROF_SERVICES: true,
  RETAIL: true,
  TRAVEL: true,
  RESTAURANT: true,
  ALCOHOL: true,
  ONLINE_GAMBLING: true,
  PHYSICAL_GAMBLING: true,
  OTC_DRUGS: true,
  MATRIMONY_SERVICE: true,
} satisfies Record<Vertical, true>) as Vertical[];

/** Most bytes that WhatsApp takes of a picture. */
const largest: (typeof profileLimits)['picture'] = 5_000_000;

/** What people see of a number in WhatsApp. It lives there: it is asked for, and changed there. */
export function NumberProfile(props: { number: WaNumber; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const explain = useExplain();
  const { data, error } = useQuery({ ...profileQuery(props.number.id), enabled: props.opened });
  return (
    <Drawer
      opened={props.opened}
      onClose={props.onClose}
      position="right"
      title={t('profile.title', { number: props.number.displayPhoneNumber })}
    >
      {data ? (
        <ProfileForm id={props.number.id} profile={data} onClose={props.onClose} />
      ) : error ? (
        <Refused problem={explain(error)} />
      ) : (
        <Waiting rows={5} />
      )}
    </Drawer>
  );
}

function ProfileForm({ id, profile, onClose }: { id: string; profile: Profile; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [first = '', second = ''] = profile.websites;
  const form = useForm({
    initialValues: {
      about: profile.about,
      description: profile.description,
      address: profile.address,
      email: profile.email,
      websites: first,
      website2: second,
      vertical: profile.vertical,
      picture: null as File | null,
    },
    validate: {
      picture: (file) => (file && file.size > largest ? t('profile.pictureTooLarge') : null),
    },
  });
  const { problem, submit } = useSubmit(form, async ({ picture, websites, website2, ...fields }) => {
    const sites = [websites, website2].map((one) => one.trim()).filter((one) => one !== '');
    const change: Record<string, unknown> = {};
    for (const key of ['about', 'description', 'address', 'email', 'vertical'] as const)
      if (fields[key] !== profile[key]) change[key] = fields[key];
    if (sites.join(' ') !== profile.websites.join(' ')) change.websites = sites;
    if (picture) {
      const made = await chaski.media.create(
        { query: { kind: 'image', filename: picture.name.slice(-240) }, body: picture },
        { ...once(), headers: { 'content-type': picture.type || 'application/octet-stream' } },
      );
      change.pictureMediaId = made.id;
    }
    const after = await chaski.numbers.updateProfile({ id, body: change as Change });
    queries.setQueryData(profileQuery(id).queryKey, after);
    notifications.show({ message: t('form.saved') });
    onClose();
  });
  const known = verticals.map((one) => ({ value: one as string, label: t(`profile.verticals.${one}`) }));
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t('profile.lead')}
        </Text>
        <Refused problem={problem} />
        <TextInput
          label={t('profile.about')}
          description={t('profile.aboutHint')}
          required
          withAsterisk={false}
          maxLength={139}
          classNames={{ input: classes.words ?? '' }}
          {...form.getInputProps('about')}
        />
        <Textarea
          label={t('profile.description')}
          autosize
          minRows={3}
          maxLength={512}
          classNames={{ input: classes.words ?? '' }}
          {...form.getInputProps('description')}
        />
        <Select
          label={t('profile.vertical')}
          allowDeselect={false}
          data={
            known.some(({ value }) => value === profile.vertical)
              ? known
              : [{ value: profile.vertical, label: t('profile.verticals.UNDEFINED') }, ...known]
          }
          {...form.getInputProps('vertical')}
        />
        <Textarea label={t('profile.address')} autosize maxLength={256} {...form.getInputProps('address')} />
        <TextInput label={t('profile.email')} type="email" maxLength={128} {...form.getInputProps('email')} />
        <TextInput
          label={t('profile.website')}
          type="url"
          placeholder="https://"
          maxLength={256}
          {...form.getInputProps('websites')}
        />
        <TextInput
          label={t('profile.website2')}
          type="url"
          placeholder="https://"
          maxLength={256}
          {...form.getInputProps('website2')}
        />
        <FileInput
          label={t('profile.picture')}
          description={t('profile.pictureHint')}
          placeholder={t('profile.choose')}
          leftSection={<IconPhoto size={16} />}
          accept="image/jpeg,image/png"
          clearable
          clearButtonProps={{ 'aria-label': t('list.clear') }}
          {...form.getInputProps('picture')}
        />
        {profile.pictureUrl ? (
          <Anchor href={profile.pictureUrl} target="_blank" rel="noreferrer" size="sm">
            {t('profile.now')}
          </Anchor>
        ) : null}
        <Group justify="flex-end">
          <Button type="submit" loading={form.submitting} disabled={!form.isDirty()}>
            {t('form.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
