/** Ends the program: the caller asked for something that can't be. */
export function fail(message: string, status = 2): never {
  process.stderr.write(`${message}\n`);
  process.exit(status);
}

/**
 * Parses a command line. `--help` prints the help and ends well; an unknown flag names itself and
 * ends with status 2.
 */
export function usage<Parsed extends { readonly values: { readonly help?: boolean } }>(
  help: string,
  parse: () => Parsed,
): Parsed {
  try {
    const parsed = parse();
    if (parsed.values.help === true) {
      process.stdout.write(`${help}\n`);
      process.exit(0);
    }
    return parsed;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(`${reason}\n\n${help}`);
  }
}
