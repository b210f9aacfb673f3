import { tryAll } from './trials.ts';

tryAll(1);
