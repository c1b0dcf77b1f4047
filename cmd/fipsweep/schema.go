package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/reports/schema"
)

func newSchema(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema [NAME]",
		Short: "Print the JSON Schema of a line or document, or list them",
		Long: `Print the JSON Schema (draft 2020-12) of a line or document that fipsweep
writes; without a name, list them.

Within a major version (fipsweep.finding/v1) fields are only ever added, so
the schemas let fields pass that they do not know.`,
		Example: `  fipsweep schema
  fipsweep schema finding > finding.schema.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, names []string) error {
			if len(names) == 0 {
				_, err := fmt.Fprintln(std.out, strings.Join(schema.Names(), "\n"))
				return err
			}
			text, err := schema.Of(names[0])
			if err != nil {
				return usage(err)
			}
			_, err = std.out.Write(text)
			return err
		},
	}
}
