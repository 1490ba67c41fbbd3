import { defineConfig } from 'cypress';

export default defineConfig({
  e2e: {
    baseUrl: 'http://localhost:5173',
    defaultCommandTimeout: 4000,
    retries: { runMode: 0, openMode: 0 },
    video: false,
  },
});
