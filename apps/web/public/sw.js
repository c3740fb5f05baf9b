/**
 * The part of the page that stays when the page is closed: it shows what the server pushes, and opens the conversation
 * when somebody presses the notice. It keeps no files: the page itself comes from the server each time.
 */
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  event.waitUntil(tell(event.data?.json() ?? {}));
});

async function tell({ title, body, conversationId, noteId }) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  // Whoever looks at the inbox sees it there.
  if (windows.some((one) => one.visibilityState === 'visible' && one.focused)) return;
  await self.registration.showNotification(title ?? 'Chaski', {
    body: body ?? '',
    icon: '/icon-192.png',
    badge: '/icon-192.png',
    // One a conversation: ten words are not ten notices. What a customer says does not hide a colleague's call.
    tag: noteId ?? conversationId,
    renotify: conversationId !== undefined,
    data: { conversationId },
  });
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.conversationId));
});

async function open(conversationId) {
  const address = conversationId ? `/app/inbox/${conversationId}?view=all` : '/app/inbox';
  const [window] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (!window) return self.clients.openWindow(address);
  // The page goes there itself, without loading anew what somebody was writing.
  window.postMessage({ go: address });
  await window.focus();
}
