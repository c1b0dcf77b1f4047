package main

import "github.com/spf13/cobra"

// words are what flags take that take one of a few words, for completion by a
// shell. What else they take, such as files, is left to the shell.
func words() map[string][]string {
	return map[string][]string{
		"cbom-version": {"1.6", "1.7"},
		"depth":        {"full", "verdict"},
		"fail-on":      failOnWords(),
		"lock":         {"refuse", "wait"},
		"output":       formats[:],
		"ports":        {"tls", "ssh", "mail", "db", "web", "top"},
		"progress":     {"auto", "always", "never"},
		"stores":       {"system"},
	}
}

// completeFlags has a shell complete the values of a verb's flags.
func completeFlags(cmd *cobra.Command) {
	for name, values := range words() {
		if cmd.Flags().Lookup(name) == nil {
			continue
		}
		// The only errors are of a flag that is not there, or set up twice.
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
}
