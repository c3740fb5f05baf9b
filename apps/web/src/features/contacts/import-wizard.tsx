import type { ContactImport, ImportPreview } from '@chaski/sdk';
import { Button, FileInput, Group, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { chaski } from '../../api/client.ts';
import { attributesQuery } from '../../api/directory.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { Modal } from '../../ui/modal.tsx';
import page from '../../ui/page.module.css';
import { Refused } from '../../ui/page.tsx';
import { type AskedAttributes, makeAttributes, newAttribute } from './import-attributes.ts';
import { Mapping } from './import-mapping.tsx';
import { Running } from './import-run.tsx';

/** A list becomes contacts: file → what its columns mean, with what is wrong in it → progress → report. */
export function ImportWizard({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} size="xl" title={t('contacts.importTitle')}>
      {opened ? <Steps onClose={onClose} /> : null}
    </Modal>
  );
}

function Steps({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const explain = useExplain();
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [preview, setPreview] = useState<ImportPreview | null>(null);
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const [started, setStarted] = useState<ContactImport | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [key, setKey] = useState(once);
  const asked = useRef<AskedAttributes>(new Map());

  const attempt = async (action: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await action();
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setBusy(false);
    }
  };
  const look = (list: File, map: Record<string, string>) =>
    attempt(async () => {
      setPreview(await chaski.contacts.importPreview(requestOf(list, map)));
    });
  if (started) return <Running id={started.id} onClose={onClose} />;
  return (
    <Stack>
      <Refused problem={problem} />
      <FileInput
        label={t('contacts.list.file')}
        description={t('contacts.list.fileHint')}
        placeholder={t('contacts.list.choose')}
        accept=".csv,.txt,text/csv,text/plain"
        value={file}
        clearable
        clearButtonProps={{ 'aria-label': t('contacts.clear') }}
        onChange={(list) => {
          setFile(list);
          setMapping({});
          setPreview(null);
          setKey(once());
          if (list) void look(list, {});
        }}
      />
      {file && preview ? (
        <Mapping
          preview={preview}
          mapping={mapping}
          onChange={(heading, column) => {
            const next = { ...mapping, [heading]: column };
            setMapping(next);
            setKey(once());
            void look(file, next);
          }}
        />
      ) : null}
      <Group justify="flex-end" className={page.dialogFoot ?? ''}>
        <Button variant="default" onClick={onClose}>
          {t('context.cancel')}
        </Button>
        <Button
          disabled={!file || !preview?.columns.includes('phone')}
          loading={busy}
          onClick={() =>
            file &&
            attempt(async () => {
              const columns = await makeAttributes(mapping, asked.current, setMapping);
              await queries.invalidateQueries({ queryKey: attributesQuery.queryKey });
              setStarted(await chaski.contacts.import(requestOf(file, columns), key));
            })
          }
        >
          {t('contacts.list.start')}
        </Button>
      </Group>
    </Stack>
  );
}

function requestOf(file: File, chosen: Record<string, string>) {
  // What is still to be made is unknown to the server: any cell will do for it.
  const mapping = Object.fromEntries(
    Object.entries(chosen).map(([heading, column]) => [heading, column === newAttribute ? 'ignore' : column]),
  );
  return {
    body: new Blob([file], { type: 'text/csv' }),
    ...(Object.keys(mapping).length > 0 ? { query: { options: JSON.stringify({ mapping }) } } : {}),
  };
}
