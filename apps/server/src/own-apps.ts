/** The plans and Meta apps that the installation itself has, as its configuration says at each start. app.ts's. */
import type { Ground } from './ground.ts';
import { ensureApp, pointMockAccounts } from './modules/numbers/index.ts';
import { seedPlans } from './modules/workspaces/index.ts';

/** `simulatorUrl`: where the simulator answers, whose app is kept too; null where there is none. */
export async function ensureOwnApps(
  { db, ring, config, secrets }: Ground,
  simulatorUrl: string | null,
): Promise<void> {
  const { verifyToken } = secrets;
  const [appSecret, ...olderSecrets] = config.appSecrets;
  await db.withSystem('plans and apps of the installation', async (tx) => {
    await seedPlans(tx);
    if (appSecret !== undefined && verifyToken !== null) {
      await ensureApp(
        tx,
        { ring },
        {
          key: 'default',
          name: 'Meta app of this installation',
          secrets: [appSecret, ...olderSecrets],
          verifyToken,
          isDefault: true,
        },
      );
    }
    if (simulatorUrl !== null && secrets.appSecret !== null && verifyToken !== null) {
      await ensureApp(
        tx,
        { ring },
        {
          key: 'simulator',
          name: 'Simulator',
          secrets: [secrets.appSecret],
          verifyToken,
          isDefault: true,
          isSimulator: true,
        },
      );
      await pointMockAccounts(tx, simulatorUrl);
    }
  });
}
