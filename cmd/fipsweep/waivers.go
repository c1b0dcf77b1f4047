package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/site"
)

func newWaivers(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "waivers",
		Short: "Look over files of waivers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(errors.New("nothing to do: write 'fipsweep waivers check FILE'"))
		},
	}
	cmd.AddCommand(newWaiversCheck(std))
	return cmd
}

func newWaiversCheck(std streams) *cobra.Command {
	var asOf string
	var policies []string
	cmd := &cobra.Command{
		Use:   "check [flags] FILE...",
		Short: "Tell every complaint about waivers, and which hold or expire",
		Long: `Tell every complaint about files of waivers, and what holds, expires or is
expired. A file is YAML or JSON:

  waivers:
    - id: W-2026-014
      rule: key-exchange/RSA          # or algorithm: NAME, or finding: ID
      scope: ["10.0.0.0/24:443", "*.shop.example.com", /etc/pki]
      reason: the terminals are replaced in March
      ticket: SEC-4711                # may be left out
      approver: J. Doe
      from: 2026-09-01
      expires: 2027-03-31             # at most 400 days from "from" and now

An endpoint is in the scope if it fits one of its parts, each written as a
target is: a network, address or name, with ports or without, or a path with
all beneath it. In a glob * stays within a label or folder, and ** goes beyond.
A waiver about a finding needs no scope.

A rule must be one of the catalogue's, of a policy that is built in, or of one
that --policy names. An algorithm must have a name that a rule or registry has,
or the form of something without one: a code point (0x4242), an object
identifier, a digest, a size (RSA 1024) or a maker's SSH name (x@example.com).
What has neither is waived by the id of its finding. Verbs that judge let such
names pass, as a newer catalogue may have dropped them, and report the waiver
as idle.`,
		Example: `  fipsweep waivers check waivers.yaml
  fipsweep waivers check --as-of 2027-01-01 waivers.d/*.yaml`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, names []string) error { return checkWaivers(std, asOf, policies, names) },
	}
	asOfFlag(cmd, &asOf)
	policyFlag(cmd, &policies)
	cmd.Flags().Lookup("policy").Usage = "know the rules of this policy `FILE` too; repeatable"
	return cmd
}

func checkWaivers(std streams, asOf string, policies, names []string) error {
	day, err := parseAsOf(asOf)
	if err != nil {
		return usage(err)
	}
	for _, name := range fips.BuiltInPolicies() {
		if !slices.Contains(policies, name) {
			policies = append(policies, name)
		}
	}
	cat, err := loadCatalogue(policies)
	if err != nil {
		return err
	}
	sources, unread := readSources("waivers", names)
	waivers, err := site.CheckWaivers(dayOfReading(day), cat, sources...)
	if unread != nil || err != nil {
		return usage(errors.Join(unread, err))
	}
	return flushed(std.out, func(w io.Writer) error { return listWaivers(w, waivers.All(), day) })
}

var waiverStates = [...]struct {
	state fips.WaiverState
	words string
}{
	{fips.WaiverHolds, "hold"}, {fips.WaiverSoon, "expire soon"}, {fips.WaiverExpired, "expired"}, {fips.WaiverFuture, "not yet in force"},
}

// listWaivers writes a table of the waivers and the count of each state.
func listWaivers(w io.Writer, all []fips.Waiver, day fips.Date) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "STATE\tWAIVER\tFROM\tEXPIRES\tABOUT\tWHERE\tAPPROVER")
	count := map[fips.WaiverState]int{}
	for _, x := range all {
		s := x.On(day)
		count[s]++
		var scope []string
		for _, p := range x.Scope {
			scope = append(scope, p.String())
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s, x.ID, x.From, x.Expires, cmp.Or(x.Rule, x.Algorithm, x.Finding), cmp.Or(strings.Join(scope, ", "), "its endpoint"), x.Approver)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	var parts []string
	for _, s := range waiverStates {
		if count[s.state] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[s.state], s.words))
		}
	}
	_, err := fmt.Fprintf(w, "%d in all on %s: %s\n", len(all), day, cmp.Or(strings.Join(parts, ", "), "none"))
	return err
}
