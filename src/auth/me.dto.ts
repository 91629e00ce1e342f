import { ApiProperty } from '@nestjs/swagger';
import type { Principal } from './principal';

/** Who is calling. */
export class MeView {
  @ApiProperty({ enum: ['admin', 'worker'] })
  role: Exclude<Principal['role'], 'monitor'>;

  /** How the caller was known: by a token of the configuration, by the auth service, by a JSON Web Token. */
  @ApiProperty({ enum: ['token', 'auth-service', 'jwt'] })
  via: Principal['via'];

  /** What records of who did what call this caller, such as the audit log. Never a secret. */
  @ApiProperty({ type: String, nullable: true, example: 'token:1a2b3c4d' })
  name: string | null;
}
