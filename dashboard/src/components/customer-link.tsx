import { Anchor } from '@mantine/core';
import { Link } from 'react-router';

/** A customer by the id, short: the rest of it where the pointer rests. */
export const CustomerLink = ({ id }: { id: string }) => (
  <Anchor component={Link} to={`/customers/${id}`} ff="monospace" size="sm" title={id}>
    {id.slice(0, 8)}
  </Anchor>
);
