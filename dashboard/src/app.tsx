import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from 'react-router';
import { queries } from './api/queries';
import { router } from './routes';
import { SignedIn } from './session/signed-in';
import { theme } from './theme/theme';

/** No style element is written by any of it: the theme is a style sheet (vite.config.ts), and the classes it leaves out are not used. */
export const App = () => (
  <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
    <QueryClientProvider client={queries}>
      {/* in the middle: the buttons that lead on are at the sides */}
      <Notifications position="bottom-center" />
      <SignedIn>
        <RouterProvider router={router} />
      </SignedIn>
    </QueryClientProvider>
  </MantineProvider>
);
