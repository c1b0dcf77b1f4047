package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/keystore"
	"github.com/fipsweep/fipsweep/scanner/sweep"
	"github.com/fipsweep/fipsweep/scanner/target"
)

// A plan is a command line that can be: everything is read and checked before
// a packet leaves.
type plan struct {
	*assessor
	scanFlags
	targets  *target.List
	excluded *target.Excludes
	through  *sweep.Proxy // nil for none
	scope    scanner.Scope
	trust    trustBase
	given    []keystore.Password
}

func newPlan(std streams, f scanFlags, args []string) (*plan, error) {
	p := &plan{scanFlags: f}
	limits, targets, proxy := checkLimits(f), p.readTargets(std.in, args), p.readProxy()
	var err, trust, passwords error
	p.trust, trust = f.trustFlags.read()
	p.given, passwords = readPasswords(f.passwords)
	p.scope.Trust, p.scope.WeakKeys = p.trust.names(), f.weakKeyFiles
	p.assessor, err = newAssessor(f.judgingFlags, limits, targets, proxy, trust, passwords)
	return p, err
}

// readProxy keeps of --proxy what may be told in the scope and what must not.
func (p *plan) readProxy() error {
	if p.proxy == "" {
		return nil
	}
	var err error
	if p.through, err = sweep.ParseProxy(p.proxy); err != nil {
		return fmt.Errorf("--proxy: %w", err)
	}
	p.scope.Proxy = p.through.String()
	return nil
}

// checkLimits holds the limits to what can be.
func checkLimits(f scanFlags) error {
	var errs []error
	if f.concurrency < 0 {
		errs = append(errs, fmt.Errorf("--concurrency %d: want sockets, or 0 for as many as the open-file limit allows", f.concurrency))
	}
	if f.perHost < 1 {
		errs = append(errs, fmt.Errorf("--per-host %d: want 1 or more", f.perHost))
	}
	if f.rate < 0 {
		errs = append(errs, fmt.Errorf("--rate %g: want connections a second, or 0 for no limit", f.rate))
	}
	if f.timeout <= 0 {
		errs = append(errs, fmt.Errorf("--timeout %s: want a duration above 0, such as 5s", f.timeout))
	}
	if f.depth != depthFull && f.depth != fips.DepthVerdict {
		errs = append(errs, fmt.Errorf("--depth %s: want %s or %s", f.depth, depthFull, fips.DepthVerdict))
	}
	if f.history != "off" {
		errs = append(errs, fmt.Errorf("--history %s: there is no history yet; only 'off' is accepted", f.history))
	}
	if _, err := newProgress(f.progress, io.Discard, 0); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// readTargets parses the arguments and every --targets file together, so that
// all complaints are told at once.
func (p *plan) readTargets(stdin io.Reader, args []string) error {
	var errs []error
	var lines []target.Line
	for _, name := range p.lists {
		more, err := readList(stdin, name)
		errs = append(errs, err)
		lines = append(lines, more...)
	}
	excluded, err := target.ParseExcludes(p.exclude, nil)
	errs = append(errs, err)
	var ports []uint16
	if p.ports != "" {
		if ports, err = target.ParsePorts(p.ports); err != nil {
			errs = append(errs, fmt.Errorf("--ports: %w", err))
		}
	}
	if errors.Join(errs...) == nil || len(args)+len(lines) > 0 {
		home, _ := os.UserHomeDir()
		p.targets, err = target.Parse(args, target.Options{Ports: ports, Schemes: schemes(), Wide: p.wide,
			Exclude: excluded, Lines: lines, Stat: os.Lstat, Home: home})
		errs = append(errs, err)
	}
	p.excluded = excluded
	p.scope = scanner.Scope{Targets: append([]string(nil), args...), Exclude: p.exclude, Ports: ports, Depth: p.depth}
	for _, name := range p.lists {
		p.scope.Targets = append(p.scope.Targets, "--targets "+name)
	}
	return errors.Join(errs...)
}

func readList(stdin io.Reader, name string) ([]target.Line, error) {
	if name == "-" {
		return target.ReadList(stdin, "stdin")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("--targets: %w", err)
	}
	defer f.Close()
	return target.ReadList(f, name)
}
