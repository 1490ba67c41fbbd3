import { defineConfig } from 'vitest/config';
import react from '@vitejs/plugin-react';

export default defineConfig({
  plugins: [react()],
  server: { port: 5173 },
  test: {
    environment: 'jsdom',
    globals: true,
    testTimeout: 5000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.{ts,tsx}'],
      exclude: ['src/main.tsx', 'src/**/*.stories.tsx'],
      thresholds: {
        lines: 85,
        functions: 85,
        branches: 78,
        statements: 85,
      },
    },
  },
});
