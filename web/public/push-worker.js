/** Shows what the camera pushes to this browser, also while its page is closed. */
self.addEventListener('push', (event) => {
  let message = {}
  try {
    message = event.data.json()
  } catch {
    // What is not ours is shown without words.
  }
  const time = new Date(Number(message.timeMs) || Date.now())
  event.waitUntil(
    self.registration.showNotification(String(message.camera ?? 'Vedette').slice(0, 100), {
      body: `${String(message.text ?? 'Event').slice(0, 200)}, ${time.toLocaleTimeString()}`,
      icon: '/favicon.svg',
      tag: String(message.kind ?? 'event'),
      timestamp: time.getTime(),
    }),
  )
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open())
})

async function open() {
  const pages = await self.clients.matchAll({ type: 'window' })
  if (pages.length > 0) await pages[0].focus()
  else await self.clients.openWindow('/')
}
