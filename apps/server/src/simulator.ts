/** simulator — WhatsApp's side, ours or one that runs elsewhere, and how it is told of our numbers. */
import { randomUUID } from 'node:crypto';
import { createSimulator } from '@chaski/simulator';
import type { SimulatorDoor } from './modules/numbers/index.ts';
import { errors } from './platform/errors.ts';

/** In this process or elsewhere; both are spoken to over HTTP, so that nothing works in one only. */
export interface AttachedSimulator extends SimulatorDoor {
  phoneUrl: string;
  /** Where webhooks go and how they are signed. */
  attach(app: { secret: string; verifyToken: string; webhookUrl: string }): Promise<void>;
  /** Those whose name nobody there has yet. */
  addPeople(people: readonly { name: string; phone?: string; username?: string }[]): Promise<void>;
  close(): Promise<void>;
}

/** The app of this installation in the simulator. */
const simulatorApp = 'chaski';

export async function openSimulator(options: {
  /** Of one that runs elsewhere; else one is started here. */
  url?: string | undefined;
  adminKey: string | null;
  port: number;
  journal: string;
}): Promise<AttachedSimulator> {
  const adminKey = options.adminKey ?? randomUUID();
  const own =
    options.url === undefined
      ? await createSimulator({ port: options.port, adminKey, journal: options.journal })
      : null;
  return { ...reachSimulator(own?.url ?? options.url ?? '', adminKey), close: async () => own?.close() };
}

/** One that runs already, for a command that is typed beside it. */
export function reachSimulator(baseUrl: string, adminKey: string): Omit<AttachedSimulator, 'close'> {
  async function call(path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${baseUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw errors.configuration(
        `The simulator at ${baseUrl} does not answer. Start it (with the demo it starts by itself), or remove SIMULATOR_URL.`,
        { cause: String(error) },
      );
    });
    if (!response.ok) {
      throw errors.configuration(
        `The simulator at ${baseUrl} refused ${path}: ${response.status} ${await response.text()}`,
      );
    }
    return response.json();
  }

  return {
    baseUrl,
    phoneUrl: `${baseUrl}/phone?key=${encodeURIComponent(adminKey)}`,
    attach: async (app) => void (await call('/_sim/apps', { id: simulatorApp, ...app })),
    async register({ provider, ...number }) {
      const known = (await call(provider === 'ycloud' ? '/_sim/ycloud' : '/_sim/numbers', {
        ...number,
        ...(provider === 'ycloud' ? {} : { appId: simulatorApp }),
      })) as { displayPhoneNumber: string };
      return known.displayPhoneNumber;
    },
    async addPeople(people) {
      const { people: known } = (await call('/_phone/api/people')) as { people: { name: string }[] };
      for (const person of people) {
        if (!known.some(({ name }) => name === person.name)) await call('/_sim/people', person);
      }
    },
  };
}
