import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const src = fileURLToPath(new URL('./src', import.meta.url));
const server = process.env.VOICEGRAPH_URL ?? 'http://127.0.0.1:8000';

// The page of the API (public/docs, served at /api/docs) takes Swagger UI as it comes, beside the bundle.
const SWAGGER_UI = [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'LICENSE',
  'NOTICE',
];
const swaggerUi: Plugin = {
  name: 'swagger-ui',
  generateBundle() {
    for (const name of SWAGGER_UI) {
      const source = readFileSync(new URL(`./node_modules/swagger-ui-dist/${name}`, import.meta.url));
      this.emitFile({ type: 'asset', fileName: `docs/${name}`, source });
    }
  },
};

export default defineConfig({
  plugins: [react(), swaggerUi],
  base: '/',
  resolve: { alias: { '@': src } },
  // The server replaces the placeholder with a fresh nonce in every index.html it sends.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: '../src/voicegraph/ui/dist',
    emptyOutDir: true,
    assetsInlineLimit: 0, // data: addresses would break the content security policy
    target: 'es2022',
    chunkSizeWarningLimit: 700,
  },
  server: {
    // Looks same-origin to the server, whose Host and Origin checks stay on during development.
    proxy: { '/api': { target: server, changeOrigin: true, headers: { origin: server } } },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['./src/test/setup.ts'],
    css: false,
    restoreMocks: true,
    testTimeout: 120_000, // a busy machine is no failure; only what hangs is
    hookTimeout: 120_000,
    env: { DEBUG_PRINT_LIMIT: '0' },
  },
});
