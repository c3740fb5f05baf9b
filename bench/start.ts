/** `chaski start` with the embedded database, from the command to the ready file. */
import { absoluteRow, type Family } from './measure.ts';
import { launch } from './server.ts';

export const start: Family = async ({ cluster, repeats, weakness, progress }) => {
  const first: number[] = [];
  const later: number[] = [];
  const weak = await weakness();
  for (let i = 0; i < repeats; i++) {
    progress(`start, turn ${i + 1}`);
    const dataDir = await cluster.folder();
    for (const times of [first, later]) {
      const begun = performance.now();
      const product = await launch({ dataDir, env: { LOG_LEVEL: 'warn' } });
      times.push((performance.now() - begun) / 1000);
      await product.stop();
    }
  }
  return [
    absoluteRow('first start in an empty folder', first, { max: 6 }, 's', weak),
    absoluteRow('later start', later, { max: 2 }, 's', weak),
  ];
};
