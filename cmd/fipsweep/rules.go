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
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the catalogue: every rule, its status, dates and citations",
		Example: `  fipsweep rules | less
  fipsweep rules -o json > catalogue.json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			day, err := parseAsOf(asOf)
			if err != nil {
				return usage(err)
			}
			judge, cat, err := newJudge(day)
			if err != nil {
				return err
			}
			return flushed(std.out, func(w io.Writer) error {
				switch format {
				case "text":
					return render.Rules(w, judge, cat, textOptions(std.out))
				case "json":
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
	return cmd
}
