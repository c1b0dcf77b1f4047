package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/reports/render"
)

func newRules(std streams) *cobra.Command {
	var format, asOf string
	var policies []string
	var diff bool
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the catalogue: every rule, its status, dates and citations",
		Example: `  fipsweep rules | less
  fipsweep rules -o json > catalogue.json
  fipsweep rules --policy cnsa2 --policy acme.yaml --diff`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			day, err := parseAsOf(asOf)
			if err != nil {
				return usage(err)
			}
			judge, cat, err := newJudge(day, policies)
			if err != nil {
				return err
			}
			return flushed(std.out, func(w io.Writer) error {
				switch {
				case diff && format == "text":
					return render.Difference(w, judge, cat, textOptions(std.out))
				case diff && format == "json":
					return writeDifference(w, judge, cat)
				case format == "text":
					return render.Rules(w, judge, cat, textOptions(std.out))
				case format == "json":
					e := json.NewEncoder(w)
					e.SetEscapeHTML(false)
					e.SetIndent("", "  ")
					return e.Encode(cat)
				}
				return usage(fmt.Errorf("-o %s: want text or json", format))
			})
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "text", "text or json")
	asOfFlag(cmd, &asOf)
	policyFlag(cmd, &policies)
	cmd.Flags().BoolVar(&diff, "diff", false, "only what the policies change, from the date of --as-of on")
	return cmd
}
