import { testDatabase } from './harness.ts';
import { tenancySuite } from './tenancy-suite.ts';

const t = await testDatabase();
tenancySuite(18, async () => t.ownerUrl);
