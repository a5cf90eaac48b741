/** Builds the web page into web/dist; `vite web` serves it for work on it, in front of a running camera. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const CAMERA = 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react()],
  build: {
    // The content security policy of the camera allows no inlined data but pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // React, Mantine and mpegts.js together; they change only with a new release.
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: { '/api.cgi': CAMERA, '/cgi-bin': CAMERA, '/flv': CAMERA, '/push/': CAMERA } },
})
