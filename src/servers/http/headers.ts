/** Response headers against the usual attacks on web interfaces, in one place. */

/** For every answer. */
const ALWAYS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** For answers of the API: never stored, and inert if a browser takes them for a page. */
export const API_HEADERS = {
  ...ALWAYS,
  Pragma: 'no-cache',
  'Cache-Control': 'no-cache',
  'Content-Security-Policy': "sandbox; default-src 'none'",
} as const

/** For the web page. Styles are inline because the component library sets them so; scripts never are. */
export const PAGE_HEADERS = {
  ...ALWAYS,
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  'Content-Security-Policy': [
    "default-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
} as const
