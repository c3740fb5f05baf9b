import { Button, Group } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Row, Rows, Section, State, Waiting } from '../../ui/page.tsx';
import { AuthenticatorSetup, type Begun } from './authenticator-setup.tsx';
import { useProof } from './proof.tsx';
import { factorsQuery } from './queries.ts';
import { RecoveryCodes } from './recovery-codes.tsx';

/** An authenticator app as second factor, and the codes that stand in for it. */
export function AuthenticatorSection() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data: factors } = useQuery(factorsQuery);
  const { ask, dialog } = useProof();
  const [begun, setBegun] = useState<Begun | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: ['account'] });

  return (
    <Section title={t('account.secondFactor')} lead={t('account.secondFactorLead')}>
      {factors ? (
        <Rows label={t('account.secondFactor')}>
          <Row
            end={
              factors.totp ? (
                <Button
                  variant="default"
                  size="xs"
                  onClick={() =>
                    ask({
                      title: t('account.removeApp'),
                      text: t('account.removeAppText'),
                      action: async (body) => {
                        await chaski.auth.totpRemove({ body });
                        await refresh();
                      },
                    })
                  }
                >
                  {t('form.remove')}
                </Button>
              ) : (
                <Button
                  size="xs"
                  onClick={() =>
                    ask({
                      title: t('account.addApp'),
                      text: t('account.proofText'),
                      action: async (body) => setBegun(await chaski.auth.totp({ body })),
                    })
                  }
                >
                  {t('account.setUp')}
                </Button>
              )
            }
          >
            <Group gap="md">
              {t('account.app')}
              <State tone={factors.totp ? 'good' : 'plain'}>
                {factors.totp ? t('form.on') : t('form.off')}
              </State>
            </Group>
          </Row>
          {factors.totp || factors.passkeys > 0 ? (
            <Row
              end={
                <Button
                  variant="default"
                  size="xs"
                  onClick={() =>
                    ask({
                      title: t('account.newCodes'),
                      text: t('account.newCodesText'),
                      action: async (body) => {
                        setCodes((await chaski.auth.createRecoveryCode({ body })).recoveryCodes);
                        await refresh();
                      },
                    })
                  }
                >
                  {t('account.newCodes')}
                </Button>
              }
            >
              <Group gap="md">
                {t('account.recoveryCodes')}
                <State tone={factors.recoveryCodesLeft > 2 ? 'good' : 'wait'}>
                  {t('account.codesLeft', { count: factors.recoveryCodesLeft })}
                </State>
              </Group>
            </Row>
          ) : null}
        </Rows>
      ) : (
        <Waiting rows={1} />
      )}
      {dialog}
      {begun ? (
        <AuthenticatorSetup
          begun={begun}
          onClose={() => setBegun(null)}
          onDone={async (recoveryCodes) => {
            setBegun(null);
            setCodes(recoveryCodes);
            await refresh();
          }}
        />
      ) : null}
      <RecoveryCodes codes={codes} onClose={() => setCodes(null)} />
    </Section>
  );
}
