package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/catalogue"
	"github.com/fipsweep/fipsweep/fips/site"
)

// maxPolicy bounds a policy file.
const maxPolicy = 1 << 20

func policyFlag(cmd *cobra.Command, words *[]string) {
	cmd.Flags().StringArrayVar(words, "policy", nil,
		"judge by this `NAME|FILE`: "+strings.Join(fips.BuiltInPolicies(), ", ")+", or a file that tightens them; repeatable, all hold")
}

// loadCatalogue loads the catalogue with the policies that the words name on
// top. A word is the name of a policy that is built in, else a file.
func loadCatalogue(words []string) (*fips.Catalogue, error) {
	cat, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	var errs []error
	var files []site.Source
	for i, word := range words {
		if slices.Contains(words[:i], word) {
			errs = append(errs, fmt.Errorf("--policy %s is there twice", word))
			continue
		}
		if word == fips.BasePolicy {
			continue // the catalogue itself
		}
		data, ok := catalogue.PolicyFile(word)
		if !ok || !slices.Contains(fips.BuiltInPolicies(), word) {
			if data, err = readPolicy(word); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		files = append(files, site.Source{Name: word, Data: data})
	}
	policies, err := site.ParsePolicies(cat, files...)
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, usage(err)
	}
	if len(policies) == 0 {
		return cat, nil
	}
	return cat.Under(policies...), nil
}

func readPolicy(name string) ([]byte, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("--policy %s: neither a file nor one of %s", name, strings.Join(fips.BuiltInPolicies(), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("--policy: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPolicy+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("--policy: %w", err)
	case len(data) > maxPolicy:
		return nil, fmt.Errorf("%s:1:1: longer than %d bytes, which is the most that a policy may have", name, maxPolicy)
	}
	return data, nil
}

// differenceSchema names the version of what rules --diff -o json writes.
const differenceSchema = "fipsweep.policy-diff/v1"

func writeDifference(w io.Writer, judge *fips.Judge, cat *fips.Catalogue) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Schema    string        `json:"schema"`
		Policy    string        `json:"policy"`
		Catalogue string        `json:"catalogue"`
		AsOf      fips.Date     `json:"as_of"`
		Changes   []fips.Change `json:"changes"`
	}{differenceSchema, judge.Policy(), cat.Version, judge.AsOf(), judge.Changes()})
}
