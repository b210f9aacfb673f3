import { tryAll } from './trials.ts';

tryAll(0);
