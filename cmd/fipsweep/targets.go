package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/resolve"
	"github.com/fipsweep/fipsweep/scanner/target"
)

// targetFlags say what is swept, beside the arguments, and what is not.
type targetFlags struct {
	lists        []string
	exclude      []string
	excludeFiles []string
	ports        string
	wide         bool
	seed         uint64
	shard        string
	resolver     string
	ptr          bool
}

func (f *targetFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringArrayVar(&f.lists, "targets", nil, "read targets from `FILE`: a list, CSV, or what nmap, masscan, zmap, naabu or httpx wrote; '-' is stdin; repeatable")
	fl.StringArrayVar(&f.exclude, "exclude", nil, "leave alone this `network`, range, address or name; repeatable")
	fl.StringArrayVar(&f.excludeFiles, "exclude-file", nil, "leave alone what this `FILE` names, one a line; repeatable")
	fl.StringVar(&f.ports, "ports", "", "`ports` to ask where a target names none, such as 22,443,8000-8010 or ssh,mail: of tls, ssh, mail, db, web and top, the usual ones")
	fl.BoolVar(&f.wide, "wide", false, "allow networks wider than /8 (IPv6: /104)")
	fl.Uint64Var(&f.seed, "seed", 0, "ask addresses in another order; the same `number` gives the same order")
	fl.StringVar(&f.shard, "shard", "", "sweep one part of the targets, such as `2/5`, the second of five, by host and path; the same for each part: targets and exclusions")
	fl.StringVar(&f.resolver, "resolver", "", "ask the resolver at this `address`, not the machine's own")
	fl.BoolVar(&f.ptr, "ptr", false, "ask addresses by the names of their PTR records besides; one look-up for each address")
}

// widened complains of a flag that was given for less to be asked, and is empty, such as
// by a variable of a script that is not set: without it more is asked.
func widened(fl *pflag.FlagSet) error {
	for _, name := range []string{"ports", "shard"} {
		if f := fl.Lookup(name); f.Changed && f.Value.String() == "" {
			return fmt.Errorf("--%s is empty: say which, or leave it out for all", name)
		}
	}
	return nil
}

// readTargets parses the arguments and every --targets file together, so that
// all complaints are told at once. Of the network only the resolver is asked,
// and only for names that are excluded.
func (p *plan) readTargets(ctx context.Context, std streams, args []string) error {
	var errs []error
	o := target.Options{Schemes: schemes(), Wide: p.wide, Seed: p.seed, Stat: os.Lstat}
	o.Home, _ = os.UserHomeDir()
	var err error
	if p.ports != "" {
		if o.Ports, err = target.ParsePorts(p.ports); err != nil {
			errs = append(errs, fmt.Errorf("--ports: %w", err))
		}
	}
	if p.shard != "" {
		if o.Shard, err = target.ParseShard(p.shard); err != nil {
			errs = append(errs, fmt.Errorf("--shard: %w", err))
		}
	}
	if stdins(p.lists)+stdins(p.excludeFiles) > 1 {
		errs = append(errs, errors.New("stdin can be read once only: name '-' once"))
	}
	errs = append(errs, p.readResolver(), p.readExcludes(ctx, std))
	o.Exclude = p.excluded
	if len(p.lists) > 0 {
		growHeap(listGrowth)
		defer growHeap(heapGrowth)
	}
	parser := target.NewParser(o)
	for _, arg := range args {
		parser.Add(target.Line{Text: arg})
	}
	for _, name := range p.lists {
		errs = append(errs, p.readList(std.in, name, "--targets", parser.Read))
	}
	errs = append(errs, p.addStores(parser))
	if errors.Join(errs...) == nil || !parser.Empty() {
		p.targets, err = parser.List()
		errs = append(errs, err)
	}
	p.scope = p.scoped(args, o)
	return errors.Join(errs...)
}

// scoped is what the report says that was asked, as the operator wrote it.
func (p *plan) scoped(args []string, o target.Options) scanner.Scope {
	scope := scanner.Scope{Targets: slices.Clone(args), Exclude: slices.Concat(p.exclude, p.excludePaths), Ports: o.Ports,
		Depth: p.depth, Seed: p.seed, Shard: o.Shard.String()}
	if p.stores != "" {
		scope.Targets = append(scope.Targets, "--stores "+p.stores)
	}
	for _, name := range p.lists {
		scope.Targets = append(scope.Targets, "--targets "+name)
	}
	for _, name := range p.excludeFiles {
		scope.Exclude = append(scope.Exclude, "--exclude-file "+name)
	}
	if p.shard != "" {
		scope.Of = p.digest(args, scope.Ports)
		scope.Empty = p.targets != nil && p.targets.Count() == 0
	}
	return scope
}

// digest is of what the shards of one sweep have in common: what is asked, not
// how a list of it is called on one machine or in what order it is asked.
func (p *plan) digest(args []string, ports []uint16) string {
	return scanner.Digest(fmt.Appendf(nil, "%q %q %q %q %q %d %t", args, p.stores, p.listsDigest(), p.exclude, p.excludePaths, ports, p.ptr))
}

// addStores adds the places of --stores.
func (p *plan) addStores(parser *target.Parser) error {
	switch p.stores {
	case "":
		return nil
	case "system":
	default:
		return fmt.Errorf("--stores %s: want system", p.stores)
	}
	lines := systemLines("/")
	if len(lines) == 0 {
		return errors.New("--stores system: none of the standard places is here, or none may be read; name a path")
	}
	for _, line := range lines {
		parser.Add(line)
	}
	return nil
}

func (p *plan) readResolver() error {
	if p.resolver == "" {
		return nil
	}
	var err error
	if p.dns, err = resolve.NewClient(p.resolver); err != nil {
		return fmt.Errorf("--resolver: %w", err)
	}
	return nil
}

// readExcludes finds the addresses of excluded names too, since a network may
// hold them. A name of which it is not known where it leads cannot be left
// alone: that is a complaint, unless it leads nowhere.
func (p *plan) readExcludes(ctx context.Context, std streams) error {
	var errs []error
	var lines []target.Line
	for _, name := range p.excludeFiles {
		errs = append(errs, p.readList(std.in, name, "--exclude-file", func(r io.Reader, name string) error {
			more, err := target.ReadList(r, name)
			lines = append(lines, more...)
			return err
		}))
	}
	var err error
	p.excluded, err = target.ParseExcludes(p.exclude, lines)
	if err = errors.Join(append(errs, err)...); err != nil {
		return err
	}
	names := resolve.New(resolve.Options{Lookup: p.lookups().addresses})
	for _, name := range p.excluded.Names() {
		addrs, err := names.Addresses(ctx, name)
		p.excluded.Add(addrs...)
		switch {
		case err == nil:
		case !isNoName(err):
			errs = append(errs, fmt.Errorf("exclusion %q: its addresses are not known (%w): exclude them by address", name, err))
		case !p.judgingFlags.quiet:
			fmt.Fprintf(std.err, "exclusion %q: there is no such name, so that it keeps no address out\n", name)
		}
	}
	return errors.Join(errs...)
}

func stdins(names []string) int {
	n := 0
	for _, name := range names {
		if name == "-" {
			n++
		}
	}
	return n
}

// isNoName tells that there is no such name, from not knowing.
func isNoName(err error) bool {
	e, ok := errors.AsType[*net.DNSError](err)
	return ok && e.IsNotFound
}

// readList reads one list, and keeps the digest of what it read.
func (p *plan) readList(stdin io.Reader, name, flag string, read func(io.Reader, string) error) error {
	if name == "-" {
		return read(io.TeeReader(stdin, p.read), "stdin")
	}
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	defer f.Close()
	return read(io.TeeReader(f, p.read), name)
}

// lookups is how names are found, and those of addresses where that was asked
// for.
type lookups struct {
	addresses func(context.Context, string) ([]netip.Addr, error)
	names     func(context.Context, netip.Addr) ([]string, error) // nil for none
}

func (p *plan) lookups() lookups {
	l := lookups{addresses: resolve.System, names: resolve.SystemNames}
	if p.dns != nil {
		l.addresses, l.names = p.dns.Lookup, p.dns.Names
	}
	if !p.ptr {
		l.names = nil
	}
	return l
}

// hosts is the expander of the plan's network targets. A name that is a target
// itself is asked at its own addresses, so that no PTR record brings it twice.
func (p *plan) hosts(log *slog.Logger) *resolve.Expander {
	var once sync.Once
	l := p.lookups()
	o := resolve.Options{Lookup: l.addresses, Excluded: p.excluded.Has,
		Skip: func(name string) bool { return p.excluded.HasName(name) || p.targets.HasName(name) }}
	if l.names != nil {
		o.Names = func(ctx context.Context, a netip.Addr) []string {
			names, err := l.names(ctx, a)
			if err != nil && !isNoName(err) && ctx.Err() == nil {
				once.Do(func() {
					log.Warn("names of addresses cannot be looked up, and are not asked by", "first", a, "error", err)
				})
			}
			return names
		}
	}
	return resolve.New(o)
}
