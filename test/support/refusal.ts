import type { IncomingHttpHeaders } from 'node:http';

/** An answer as supertest or `send` gives it. */
interface Answer {
  status: number;
  headers: IncomingHttpHeaders | Record<string, string>;
  text: string;
  body: unknown;
}

interface ProblemBody {
  type: string;
  status: number;
  request_id: string;
  errors?: { pointer: string; detail: string }[];
}

/** What stands in no answer: words of the driver, of SQL, of a stack trace. */
const LEAKS = /QueryFailed|TypeORM|pg_|\bat \/|node_modules|SELECT |INSERT INTO|syntax error|TypeError/;

/** The most a refusal may weigh: 16 KB of wrong fields and what stands around them. */
const MAX_BYTES = 18_000;

/**
 * What is wrong with a refusal, or undefined: its status and type, its pointer, the form of a problem (RFC 9457), and that it says
 * nothing of what is inside. What is named is the field at `pointer`, or one below it.
 */
export function refusalFault(
  answer: Answer,
  expected: { status: number; type?: string; pointer?: string },
): string | undefined {
  const problem = answer.body as ProblemBody;
  const type = `urn:crm-service:problem:${expected.type ?? 'bad-request'}`;
  if (answer.status !== expected.status)
    return `answered ${answer.status}, not ${expected.status}: ${answer.text.slice(0, 300)}`;
  if (!String(answer.headers['content-type']).startsWith('application/problem+json')) return 'is no problem+json';
  if (problem.type !== type) return `has the type ${problem.type}, not ${type}`;
  if (problem.status !== answer.status) return 'says another status than it has';
  if (problem.request_id !== answer.headers['x-request-id']) return 'says another request_id than its header';
  if (LEAKS.test(answer.text)) return `leaks: ${answer.text.slice(0, 300)}`;
  if (Buffer.byteLength(answer.text) > MAX_BYTES) return `weighs ${Buffer.byteLength(answer.text)} bytes`;
  const { pointer } = expected;
  const named = problem.errors?.map((error) => error.pointer) ?? [];
  const isNamed = pointer === undefined || named.some((one) => `${one}/`.startsWith(`${pointer}/`));
  return isNamed ? undefined : `names ${named.join(', ') || 'no field'}, not ${pointer}`;
}
