import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { Optional } from './validators';

/** `?reveal=email`: addresses are masked unless somebody says that they want to see them. */
export const Reveal = () => applyDecorators(Optional(), IsIn(['email']), ApiProperty({ enum: ['email'], required: false }));

/** The first letter and the domain, where there is one: what stands after the last @. */
export const masked = (email: string): string => email.replace(/^(.)?.*?(@[^@]*)?$/su, '$1***$2');
