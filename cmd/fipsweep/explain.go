package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/reports/render"
)

func newExplain(std streams) *cobra.Command {
	var format, asOf string
	var policies []string
	var f fixFlags
	cmd := &cobra.Command{
		Use:   "explain NAME... | --fix PRODUCT [--from SAVED] ENDPOINT",
		Short: "Say what is known of an algorithm, suite or rule, and who says so",
		Long: `Say what is known of an algorithm, suite, key size or rule, and on whose
authority. Of a control it says what that asks, and which kinds of rules speak
to it.

With --fix, write the configuration lines of a product that leave of one
endpoint of a saved sweep only what is approved or allowed, and say which
findings no line ends. All but the lines is comments, so that the output can be
pasted.`,
		Example: `  fipsweep explain TLS_RSA_WITH_AES_128_CBC_SHA
  fipsweep explain x25519 'RSA 1024' ssh-rsa
  fipsweep explain --as-of 2036-01-01 secp256r1
  fipsweep explain -o json named-group/x25519
  fipsweep explain SC-17 A.8.24
  fipsweep explain --fix sshd --from sweep.jsonl 10.0.0.7:22
  fipsweep explain --fix nginx --policy cnsa2 --as-of 2031-01-01 www.example.com:443`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			day, err := parseAsOf(asOf)
			err = errors.Join(err, f.check(cmd, names), explainFormat(format))
			if err != nil {
				return usage(err)
			}
			judge, cat, err := newJudge(day, policies)
			if err != nil {
				return err
			}
			if f.product != "" {
				return fix(cmd.Context(), std, judge, f, format, names[0])
			}
			return explain(std, judge, cat, format, names)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "text", "text or json")
	asOfFlag(cmd, &asOf)
	policyFlag(cmd, &policies)
	f.add(cmd)
	return cmd
}

func explainFormat(format string) error {
	if format != "text" && format != "json" {
		return fmt.Errorf("-o %s: want text or json", format)
	}
	return nil
}

// explain prints what is known of each name. An unknown one is said on stderr,
// with what it may have meant, and the rest are still printed.
func explain(std streams, judge *fips.Judge, cat *fips.Catalogue, format string, names []string) error {
	var all []fips.Explanation
	var unknown []error
	controls, err := control.Load()
	if err != nil {
		return err
	}
	for _, name := range names {
		found, alike := judge.Explain(name)
		if len(found) == 0 {
			found = controls.Explain(name)
		}
		if len(found) == 0 {
			unknown = append(unknown, unknownName(name, judge.Family(strings.TrimSpace(name)), alike))
		}
		all = append(all, found...)
	}
	if format == "json" {
		err = writeJSON(std.out, all)
	} else {
		err = flushed(std.out, func(w io.Writer) error { return render.Explain(w, cat, all, textOptions(std.out)) })
	}
	if err != nil {
		return err
	}
	return usage(errors.Join(unknown...))
}

// unknownName is the error for a name that nothing is known of by itself.
func unknownName(name string, family, alike []string) error {
	if n := len(family); n > 1 {
		const shown = 6
		list := strings.Join(family[:min(n, shown)], ", ")
		if n > shown {
			list += " and so on; 'fipsweep rules' lists all"
		}
		return fmt.Errorf("%q stands for %d names, ask for one of them: %s", name, n, list)
	}
	if len(alike) == 0 {
		return fmt.Errorf("%q is in no rule and no registry, so that what has this name is unclassified: 'fipsweep rules' lists what is ruled on", name)
	}
	return fmt.Errorf("%q is in no rule and no registry, so that what has this name is unclassified; did you mean %s?", name, strings.Join(alike, ", "))
}

// newJudge loads the catalogue with policies on top, and rules by them on a day.
func newJudge(day fips.Date, policies []string) (*fips.Judge, *fips.Catalogue, error) {
	cat, err := loadCatalogue(policies)
	if err != nil {
		return nil, nil, err
	}
	judge, err := fips.NewJudge(cat, day)
	if err != nil {
		return nil, nil, usage(fmt.Errorf("--as-of: %w", err))
	}
	return judge, cat, nil
}

// parseAsOf reads the date to judge on; none given means today, UTC.
func parseAsOf(s string) (fips.Date, error) {
	if s == "" {
		return fips.DateOf(time.Now()), nil
	}
	day, err := fips.ParseDate(s)
	if err != nil {
		return "", fmt.Errorf("--as-of: %w", err)
	}
	return day, nil
}

func asOfFlag(cmd *cobra.Command, asOf *string) {
	cmd.Flags().StringVar(asOf, "as-of", "", "judge as on this `date`, YYYY-MM-DD (default today, UTC)")
}

// writeJSON writes one indented document; an empty list is [], never null.
func writeJSON[T any](w io.Writer, list []T) error {
	if list == nil {
		list = []T{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(list)
}
