import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiTags } from './api-tags';

interface Document {
  paths: Record<string, Record<string, { tags: string[] }>>;
  tags: { name: string; description: string }[];
}
const { paths, tags } = JSON.parse(readFileSync(join(__dirname, '..', 'openapi.json'), 'utf8')) as Document;

describe('the groups of the API document', () => {
  it.each(Object.keys(paths))('%s has one, and says which', (path) => {
    const tag = apiTags.find((one) => one.paths.test(path));
    for (const operation of Object.values(paths[path])) expect(operation.tags).toEqual([tag?.name]);
  });

  it('have a description each, in the order of the page', () => {
    const used = new Set(Object.values(paths).flatMap((methods) => Object.values(methods).flatMap((one) => one.tags)));
    expect(new Set(tags.map(({ name }) => name))).toEqual(used);
    expect(tags).toEqual(
      apiTags.filter(({ name }) => used.has(name)).map(({ name, description }) => ({ name, description })),
    );
  });
});
