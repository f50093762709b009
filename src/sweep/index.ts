/** Many points: sweep files, result store, queues, launchers, the search over all methods. */
export {};
