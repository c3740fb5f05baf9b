import type { Ground } from './ground.ts';
import { createSuperadmin, ensureApiKey, userIdByEmail } from './modules/auth/index.ts';
import {
  type AddNumberDeps,
  addNumber,
  listMockNumbers,
  listNumbers,
  prepareNumber,
} from './modules/numbers/index.ts';
import {
  addMember,
  type CreateWorkspaceHooks,
  createWorkspace,
  settingsOfNew,
  workspacesFor,
} from './modules/workspaces/index.ts';
import { type Database, systemActor } from './platform/db/index.ts';
import type { WorkspaceId } from './platform/ids.ts';
import type { AttachedSimulator } from './simulator.ts';

/** Known beforehand, so that every start finds the one it made. */
const demoWorkspace = '01980000-0000-7000-8000-00000000de30' as WorkspaceId;
const operatorEmail = 'operator@demo.example';
const demoPhoneNumberId = '106540352242922';

/** Somebody with a phone, somebody who hides it, and two who write from the other side. */
const people = [
  { name: 'Ana Quispe', phone: '15550001001' },
  { name: 'Ravi Kumar', phone: '919812345678' },
  { name: 'سارة علي', phone: '201001234567' },
  { name: 'João Pereira', phone: '5511987654321' },
  { name: 'Sheena Nelson', username: 'realsheenanelson' },
];

/** What a start prints and writes into the ready file. */
export interface Demo {
  operatorEmail: string;
  operatorPassword: string;
  apiKey: string;
  appSecret: string;
  verifyToken: string;
  workspaceId: WorkspaceId;
  numbers: { id: string; phoneNumberId: string; displayPhoneNumber: string }[];
}

export interface DemoDeps {
  ground: Ground;
  simulator: AttachedSimulator;
  /** Where the simulator's webhooks go. */
  webhookUrl: string;
  numberDeps: AddNumberDeps;
  workspaceHooks: CreateWorkspaceHooks;
}

/** Tells the simulator who we are and what numbers it has, and shows a workspace with people; null without secrets for it. */
export async function showDemo(deps: DemoDeps): Promise<Demo | null> {
  const { simulator, webhookUrl } = deps;
  const { db, ring, secrets } = deps.ground;
  const { demoApiKey: apiKey, operatorPassword, appSecret, verifyToken } = secrets;
  if (apiKey === null || operatorPassword === null || appSecret === null || verifyToken === null) return null;
  await simulator.attach({ secret: appSecret, verifyToken, webhookUrl });
  for (const number of await db.withSystem('numbers of the simulator', (tx) =>
    listMockNumbers(tx, { ring }),
  )) {
    await simulator.register(number);
  }
  const numbers = await ensureDemo(deps, { apiKey, operatorPassword });
  return {
    operatorEmail,
    operatorPassword,
    apiKey,
    appSecret,
    verifyToken,
    workspaceId: demoWorkspace,
    numbers,
  };
}

/** Made once: whoever changed the password since has their own. */
async function ensureOperator(db: Database, password: string): Promise<void> {
  const known = await db.withSystem('operator of the demo', (tx) => userIdByEmail(tx, operatorEmail));
  if (known !== null) return;
  const { user } = await createSuperadmin(db, { email: operatorEmail, name: 'Operator', password });
  await db.withSystem('owner of the demo workspace', (tx) =>
    addMember(
      tx,
      { workspaceId: demoWorkspace, userId: user.id, role: 'owner' },
      { actor: systemActor, audited: true },
    ),
  );
}

/** A workspace with one active number and a few people on simulated phones; the same at every start. */
async function ensureDemo(
  { ground, simulator, numberDeps, workspaceHooks }: DemoDeps,
  { apiKey, operatorPassword }: Pick<Demo, 'apiKey' | 'operatorPassword'>,
): Promise<Demo['numbers']> {
  const { db, config } = ground;
  await db.withSystem('demo workspace', async (tx) => {
    if ((await workspacesFor(tx, [demoWorkspace])).size > 0) return;
    await createWorkspace(
      tx,
      { id: demoWorkspace, name: 'Demo', plan: 'unlimited', settings: settingsOfNew(config) },
      workspaceHooks,
    );
  });
  await ensureOperator(db, operatorPassword);
  let numbers = await db.withTenant(demoWorkspace, systemActor, async (tx) => {
    await ensureApiKey(tx, { name: 'Demo', key: apiKey });
    return listNumbers(tx);
  });
  if (numbers.length === 0) {
    const prepared = await prepareNumber(numberDeps, demoWorkspace, {
      phoneNumberId: demoPhoneNumberId,
      displayPhoneNumber: '+1 555 078 3881',
      name: 'Demo',
      token: `mock_${demoWorkspace}`,
      accountRef: '102290129340398',
    });
    const { number } = await db.withTenant(demoWorkspace, systemActor, (tx) =>
      addNumber(tx, numberDeps, prepared),
    );
    numbers = [number];
  }
  await simulator.addPeople(people);
  return numbers.map(({ id, phoneNumberId, displayPhoneNumber }) => ({
    id,
    phoneNumberId,
    displayPhoneNumber,
  }));
}
