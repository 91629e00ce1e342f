import { Center, Loader } from '@mantine/core';

/** While a page's script is on its way. */
export const Loading = () => (
  <Center mih="50vh">
    <Loader type="dots" role="status" />
  </Center>
);
