package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/remedy"
	"github.com/fipsweep/fipsweep/reports/render"
	"github.com/fipsweep/fipsweep/scanner"
)

// fixFlags are those of explain by which it writes configuration lines.
type fixFlags struct {
	product, from, state string
}

func (f *fixFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.product, "fix", "", "write the lines of a `PRODUCT` that leave of the endpoint only what passes: "+strings.Join(remedy.Products(), ", ")+", or auto")
	cmd.Flags().StringVar(&f.from, "from", "last", "with --fix: the `SAVED` sweep that saw the endpoint: a journal, JSON lines, the id of a sweep, or last")
	stateFlag(cmd, &f.state)
}

// check refuses what is asked without --fix.
func (f *fixFlags) check(cmd *cobra.Command, names []string) error {
	switch {
	case !cmd.Flags().Changed("fix") && cmd.Flags().Changed("from"):
		return errors.New("--from goes with --fix PRODUCT")
	case !cmd.Flags().Changed("fix"):
		return nil
	case f.product != "auto" && !slices.Contains(remedy.Products(), f.product):
		return fmt.Errorf("--fix %s: %w: want one of %s, or auto", f.product, remedy.ErrProduct, strings.Join(remedy.Products(), ", "))
	case len(names) != 1:
		return fmt.Errorf("--fix writes the lines of one endpoint, and %d are named", len(names))
	}
	return nil
}

// fix writes the lines for one endpoint of a saved sweep.
func fix(ctx context.Context, std streams, judge *fips.Judge, f fixFlags, format, word string) error {
	kept, err := findSaved(f.state, []string{f.from})
	if err != nil {
		return usage(fmt.Errorf("--from: %w", err))
	}
	o, err := findEndpoint(ctx, kept, word)
	if err != nil {
		return usage(err)
	}
	r, err := remedyOf(judge, o, f.product)
	if err != nil {
		return usage(err)
	}
	if format == "json" {
		e := json.NewEncoder(std.out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	return flushed(std.out, func(w io.Writer) error { return render.Remedy(w, r, textOptions(std.out)) })
}

func remedyOf(judge *fips.Judge, o scanner.Observation, product string) (remedy.Remedy, error) {
	fitting := remedy.Fitting(o)
	switch {
	case product != "auto":
	case len(fitting) == 1:
		product = fitting[0]
	case len(fitting) > 1:
		return remedy.Remedy{}, fmt.Errorf("%s does not tell what it is: name it with --fix, one of %s", o.Endpoint, strings.Join(fitting, ", "))
	case o.SSH != nil:
		return remedy.Remedy{}, fmt.Errorf("%s says that it is %q, of which no configuration is known here: --fix sshd or --fix dropbear if it is one of these", o.Endpoint, o.SSH.Banner)
	default:
		return remedy.Remedy{}, fmt.Errorf("%s: %w%s", o.Endpoint, remedy.ErrUnseen, unseenBecause(o))
	}
	r, err := remedy.For(judge, judge.Assess(o), product)
	switch {
	case errors.Is(err, remedy.ErrKind):
		return r, fmt.Errorf("%w: want one of %s", err, strings.Join(kindred(o), ", "))
	case errors.Is(err, remedy.ErrUnseen):
		return r, fmt.Errorf("%w%s", err, unseenBecause(o))
	}
	return r, err
}

// kindred are the products that speak what the endpoint does.
func kindred(o scanner.Observation) []string {
	if o.SSH != nil {
		o.SSH = &scanner.SSH{}
	}
	return remedy.Fitting(o)
}

func unseenBecause(o scanner.Observation) string {
	switch {
	case o.Failure != nil:
		return fmt.Sprintf(": %s at stage %s", o.Failure.Reason, o.Failure.Stage)
	case o.Store != nil:
		return ": it is a file, and has no server to configure"
	case o.Plain != nil:
		return ": it answers without TLS"
	}
	return ""
}

// findEndpoint finds what the word names among the saved observations: the
// last one of it, where it was seen several times.
func findEndpoint(ctx context.Context, kept *saved, word string) (scanner.Observation, error) {
	var found *scanner.Observation
	var names []string // of other endpoints: near ones, else the first
	var near int
	bare := word
	if _, rest, ok := strings.Cut(word, "://"); ok {
		bare = rest
	}
	host, port := hostPort(bare)
	for o, err := range kept.observations(ctx) {
		if err != nil {
			return scanner.Observation{}, err
		}
		e := o.Endpoint
		name := e.String()
		switch {
		case name == bare || e.ID == bare || e.Address.IsValid() && e.AddrPort().String() == bare:
			found = &o
		case found != nil || o.Failure != nil || slices.Contains(names, name):
		case near < maxNear && alikeEndpoint(e, host, port):
			names, near = slices.Insert(names, near, name), near+1
		case len(names) < maxNear:
			names = append(names, name)
		}
	}
	if found != nil {
		return *found, nil
	}
	if len(names) == 0 {
		return scanner.Observation{}, fmt.Errorf("%q was not observed, nor anything else", word)
	}
	return scanner.Observation{}, fmt.Errorf("%q was not observed: did you mean %s?", word, strings.Join(names[:min(maxNear, len(names))], ", "))
}

// maxNear is how many other endpoints are named in place of one that is not
// there.
const maxNear = 5

func hostPort(s string) (host, port string) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, ""
	}
	return strings.Trim(s[:i], "[]"), s[i+1:]
}

// alikeEndpoint tells whether an endpoint has the host or the port that was
// asked for.
func alikeEndpoint(e scanner.Endpoint, host, port string) bool {
	return host != "" && (e.Name == host || e.Address.String() == host) || port != "" && fmt.Sprint(e.Port) == port
}
