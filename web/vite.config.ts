import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
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

// The server sends these to browsers that read them (api/compressed_files.py); here there is time to make them small.
const TEXT = /\.(js|css|svg|html|json|txt|webmanifest)$/;
const LEAST_BYTES = 1_024;
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  writeBundle({ dir = '' }) {
    for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      // The page itself gets a fresh nonce each time it is sent.
      if (!entry.isFile() || !TEXT.test(path) || path === join(dir, 'index.html')) continue;
      const source = readFileSync(path);
      if (source.length < LEAST_BYTES) continue;
      const params = {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: source.length,
      };
      writeFileSync(`${path}.br`, brotliCompressSync(source, { params }));
      writeFileSync(`${path}.gz`, gzipSync(source, { level: constants.Z_BEST_COMPRESSION }));
    }
  },
};

export default defineConfig({
  plugins: [react(), swaggerUi, compressed],
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
