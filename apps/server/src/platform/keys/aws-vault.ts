import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type AwsAddress, awsCaller, secretsManager } from './aws-call.ts';
import { reasonOf } from './reason.ts';
import type { Vault, VaultAnswer } from './vault.ts';

const secretAnswer = z.object({ SecretString: z.string() });

/** What is saved or taken away is worth a second try; what is read has its own callers who come again. */
const pausesMs = [200, 800];

export interface AwsVaultOptions extends AwsAddress {
  prefix: string;
  /** Hears AWS's own sentence of what it refused: `away` reaches tenants, to whom accounts and roles are nothing. */
  onRefusal?(action: string, reason: string, detail: string): void;
}

/** Secrets that AWS Secrets Manager keeps, each under `<prefix>/<folder>/<uuid>`, never changed once it is there. */
export function awsVault(options: AwsVaultOptions): Vault {
  const call = awsCaller(options);
  const ask = async (action: string, input: object, pauses?: readonly number[]) => {
    try {
      const said = await call(secretsManager, action, input, pauses);
      if (said.is !== 'answer' && said.detail !== null) options.onRefusal?.(action, said.reason, said.detail);
      return said;
    } catch (error) {
      // No credentials: the machine's service may be back before anybody looks.
      return { is: 'away' as const, reason: reasonOf(error) };
    }
  };
  return {
    name: `AWS Secrets Manager (${options.region})`,
    newName: (folder) => `${options.prefix}/${folder}/${randomUUID()}`,
    async create(name, text, description): Promise<VaultAnswer<null>> {
      const said = await ask(
        'CreateSecret',
        // Its own name again as the token: a try whose answer was lost is known and makes no second version.
        {
          Name: name,
          SecretString: text,
          Description: description,
          ClientRequestToken: name.split('/').at(-1),
        },
        pausesMs,
      );
      return said.is === 'answer'
        ? { outcome: 'ok', value: null }
        : { outcome: 'away', reason: `CreateSecret: ${said.reason}` };
    },
    async read(name): Promise<VaultAnswer<string>> {
      const said = await ask('GetSecretValue', { SecretId: name });
      if (said.is !== 'answer') return { outcome: 'away', reason: `GetSecretValue: ${said.reason}` };
      const parsed = secretAnswer.safeParse(said.body);
      return parsed.success
        ? { outcome: 'ok', value: parsed.data.SecretString }
        : { outcome: 'away', reason: 'GetSecretValue: the answer has an unknown form' };
    },
    async remove(name): Promise<VaultAnswer<null>> {
      const said = await ask(
        'DeleteSecret',
        // A token that was replaced or taken away is dead: nobody needs thirty days to change their mind.
        { SecretId: name, ForceDeleteWithoutRecovery: true },
        pausesMs,
      );
      const gone =
        said.is === 'answer' || (said.is === 'refused' && said.name === 'ResourceNotFoundException');
      return gone
        ? { outcome: 'ok', value: null }
        : { outcome: 'away', reason: `DeleteSecret: ${'reason' in said ? said.reason : ''}` };
    },
  };
}
