import { chaski } from './client.ts';
import { once } from './once.ts';

/** Can this browser be told while it is closed? A page over plain http cannot, but for localhost. */
export const canPush = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window;

const idKey = 'chaski-push';

/** Is this browser told by the server? Then the page itself keeps quiet. */
export const isPushed = (): boolean => localStorage.getItem(idKey) !== null;

const bytesOf = (text: string) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));

/**
 * Lets the server tell this browser; false where its push service cannot be reached, or it has none. May be asked any
 * number of times: a subscription that changed is told anew.
 */
export async function subscribePush(): Promise<boolean> {
  if (!canPush()) return false;
  try {
    const { publicKey } = await chaski.push.getKey();
    const registration = await navigator.serviceWorker.register('/sw.js');
    const known = await registration.pushManager.getSubscription();
    const subscription =
      known ??
      (await registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: bytesOf(publicKey),
      }));
    const { endpoint, keys } = subscription.toJSON();
    if (!endpoint || !keys?.p256dh || !keys.auth) return false;
    const { id } = await chaski.push.createSubscription(
      { body: { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } } },
      once(),
    );
    localStorage.setItem(idKey, id);
    return true;
  } catch {
    // Without a push service the page still tells while it is open.
    return false;
  }
}

/** This browser is told no more. */
export async function unsubscribePush(): Promise<void> {
  const id = localStorage.getItem(idKey);
  localStorage.removeItem(idKey);
  if (!canPush()) return;
  const registration = await navigator.serviceWorker.getRegistration('/sw.js');
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
  // It may be gone already: with the session, or because the push service said so.
  if (id !== null) await chaski.push.deleteSubscription({ id }).catch(() => undefined);
}

/** Hears where the service worker wants the page to go. Answers how to stop hearing. */
export function onNoticePressed(go: (address: string) => void): () => void {
  if (!('serviceWorker' in navigator)) return () => undefined;
  const hear = ({ data }: MessageEvent<unknown>) => {
    const address = (data as { go?: unknown } | null)?.go;
    if (typeof address === 'string' && address.startsWith('/app/')) go(address);
  };
  navigator.serviceWorker.addEventListener('message', hear);
  return () => navigator.serviceWorker.removeEventListener('message', hear);
}
