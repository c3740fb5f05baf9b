import { Kbd, Switch, Table, Text } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import { keyName, setSingleKeys, useSingleKeys } from '../../ui/keys.ts';
import { Modal } from '../../ui/modal.tsx';

const sheet: Record<string, [keys: string[], what: string][]> = {
  everywhere: [
    [['Ctrl', 'K'], 'find'],
    [['?'], 'sheet'],
    [['Esc'], 'escape'],
  ],
  list: [
    [['J'], 'next'],
    [['K'], 'previous'],
    [['X'], 'select'],
  ],
  conversation: [
    [['L'], 'reply'],
    [['P'], 'note'],
    [['/'], 'quick'],
    [['E'], 'close'],
    [['M'], 'snooze'],
    [['A'], 'assign'],
    [['O'], 'context'],
  ],
  composer: [
    [['Enter'], 'send'],
    [['Ctrl', 'Shift', 'Enter'], 'sendAndClose'],
    [['Esc'], 'leave'],
  ],
};

/** Which key does what; the letters mean places on the keyboard, whatever is printed there. */
export default function KeySheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const on = useSingleKeys();
  return (
    <Modal opened={opened} onClose={onClose} title={t('keys.title')} size="lg">
      <Switch
        label={t('keys.single')}
        description={t('keys.singleHint')}
        checked={on}
        onChange={(event) => setSingleKeys(event.currentTarget.checked)}
        mb="md"
      />
      {Object.entries(sheet).map(([part, keys]) => (
        <section key={part} aria-label={t(`keys.parts.${part}`)}>
          <Text fw={600} size="sm" mt="sm">
            {t(`keys.parts.${part}`)}
          </Text>
          <Table>
            <Table.Tbody>
              {keys.map(([names, what]) => (
                <Table.Tr key={what}>
                  <Table.Th scope="row" fw={400}>
                    {t(`keys.what.${what}`)}
                  </Table.Th>
                  <Table.Td ta="end">
                    {names.map((name) => (
                      <Kbd key={name} mx={2}>
                        {keyName(name)}
                      </Kbd>
                    ))}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      ))}
    </Modal>
  );
}
