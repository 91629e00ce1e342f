import { convertCssVariables, defaultCssVariablesResolver } from '@mantine/core';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { cssVariablesResolver, theme } from './src/theme/theme';

const THEME_CSS = 'virtual:theme.css';

/**
 * The theme as a style sheet, made when it is built. Mantine would write it into a style element at run time, which the page's
 * Content-Security-Policy (no inline styles, trusted types) refuses.
 */
const themeStyleSheet = (): Plugin => ({
  name: 'theme-style-sheet',
  resolveId: (id) => (id === THEME_CSS ? `\0${THEME_CSS}` : undefined),
  load(id) {
    if (id !== `\0${THEME_CSS}`) return undefined;
    const [defaults, own] = [defaultCssVariablesResolver(theme), cssVariablesResolver(theme)];
    return convertCssVariables(
      {
        variables: { ...defaults.variables, ...own.variables },
        light: { ...defaults.light, ...own.light },
        dark: { ...defaults.dark, ...own.dark },
      },
      ':root',
    );
  },
});

/** Where the service listens while the dashboard is being worked on: npm start in one terminal, npm run dev -w dashboard in another. */
const SERVICE = process.env.SERVICE_URL ?? 'http://127.0.0.1:8006';

const config: UserConfig = {
  base: '/admin/',
  plugins: [react(), themeStyleSheet()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // The store that charts and the rule builder both keep their state in: named for what first asks for it, on the overview.
        codeSplitting: {
          groups: [
            { name: 'chart-store', test: /node_modules\/(@reduxjs|react-redux|immer|reselect|use-sync-external-store)\// },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '^/(?!admin/)': { target: SERVICE },
    },
  },
};

export default defineConfig(({ command }) => {
  // also where a test asks for it: for NODE_ENV=test it would have the development half of React, larger and with every effect twice
  if (command === 'build') process.env.NODE_ENV = 'production';
  return config;
});
