package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newRoot builds the command tree. Each verb has a file of its own.
func newRoot(std streams) *cobra.Command {
	var config configFlags
	root := &cobra.Command{
		Use:   "fipsweep",
		Short: "See which cryptography is in use, and what of it NIST approves",
		Long: `fipsweep sweeps networks and file systems for cryptography and says, with
citations, what of it FIPS 140-3 and the NIST transition schedule approve.

It shows approved algorithms. It cannot show that a validated module computes
them: no observation from outside can.`,
		Example: `  fipsweep scan localhost /etc/ssl/certs
  fipsweep scan -o html=report.html -o jsonl=sweep.jsonl 10.0.0.0/24 ssh://bastion
  fipsweep explain TLS_RSA_WITH_AES_128_CBC_SHA`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if print, err := cmd.Flags().GetBool(printFlag); err == nil && print {
				return usage(errors.New("--print-config: of which verb? write 'fipsweep scan --print-config'"))
			}
			if len(args) == 0 {
				return cmd.Help()
			}
			return usage(unknownVerb(cmd, args[0]))
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return configure(std, &config, cmd, os.Environ()) },
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if bad := (*pflag.InvalidValueError)(nil); errors.As(err, &bad) {
			return usage(fmt.Errorf("--%s %q: want %s", bad.GetFlag().Name, bad.GetValue(), wanted(bad.GetFlag())))
		}
		return usage(fmt.Errorf("%w; see '%s --help'", err, cmd.CommandPath()))
	})
	root.SetUsageTemplate(wrapped(root.UsageTemplate()) + "\n" + configHelp + "\n" + exitHelp())
	config.add(root)
	root.AddCommand(newScan(std), newReport(std), newDiff(std), newRejudge(std), newExplain(std), newRules(std), newWaivers(std), newSchema(std), newVersion(std))
	for _, c := range root.Commands() {
		c.Args = usageArgs(c.Args)
		completeFlags(c)
	}
	return root
}

// helpWidth is how wide help is, in columns, on a terminal or not.
const helpWidth = 80

// wrapped is cobra's template of help with its flags broken into lines.
func wrapped(template string) string {
	return strings.ReplaceAll(template, ".FlagUsages ", fmt.Sprintf(".FlagUsagesWrapped %d ", helpWidth))
}

func unknownVerb(root *cobra.Command, word string) error {
	hint := "see 'fipsweep --help'"
	if alike := root.SuggestionsFor(word); len(alike) > 0 {
		hint = "did you mean " + strings.Join(alike, ", ") + "?"
	}
	return fmt.Errorf("no verb %q: %s", word, hint)
}

// usageArgs makes a verb's complaint about its arguments one of usage.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	if check == nil {
		return nil
	}
	return func(cmd *cobra.Command, args []string) error {
		if print, err := cmd.Flags().GetBool(printFlag); err == nil && print {
			return nil // of what would be done nothing is
		}
		if check(cmd, args) == nil {
			return nil
		}
		given := "too little is named"
		if len(args) > 0 {
			given = fmt.Sprintf("%q is too much", args[len(args)-1])
		}
		return usage(fmt.Errorf("%s: write '%s'; see '%s --help'", given, cmd.UseLine(), cmd.CommandPath()))
	}
}
