/** One function per verb: the library behind the command line. */
export * from './options.js';
