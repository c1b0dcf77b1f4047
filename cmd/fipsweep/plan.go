package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
	"github.com/fipsweep/fipsweep/scanner/resolve"
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
	dns      *resolve.Client // nil for the machine's own resolver
	through  *sweep.Proxy    // nil for none
	scope    scanner.Scope
	trust    trustBase
	files    certstore.Options

	read hash.Hash // SHA-256 of what the lists of targets and exclusions hold
}

func newPlan(ctx context.Context, std streams, f scanFlags, args []string) (*plan, error) {
	p := &plan{scanFlags: f, read: sha256.New()}
	limits, targets, proxy := checkLimits(f), p.readTargets(ctx, std, args), p.readProxy()
	var err, trust, files, passwords error
	p.files, files = f.storeFlags.options()
	p.trust, trust = f.trustFlags.read()
	p.files.Passwords, passwords = readPasswords(f.passwords)
	p.scope.Trust, p.scope.WeakKeys = p.trust.names(), f.weakKeyFiles
	p.assessor, err = newAssessor(f.judgingFlags, limits, targets, proxy, trust, files, passwords)
	return p, err
}

// listsDigest is the SHA-256 of what the lists of targets and exclusions hold,
// in hex; "" for no list.
func (p *plan) listsDigest() string {
	if len(p.targetFlags.lists)+len(p.excludeFiles) == 0 {
		return ""
	}
	return hex.EncodeToString(p.read.Sum(nil))
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
	if f.perSubnet < 0 {
		errs = append(errs, fmt.Errorf("--per-subnet %d: want 1 or more, or 0 for no limit", f.perSubnet))
	}
	if !(f.rate >= 0) || math.IsInf(f.rate, 0) { // NaN is neither
		errs = append(errs, fmt.Errorf("--rate %g: want connections a second, or 0 for no limit", f.rate))
	}
	if f.timeout <= 0 {
		errs = append(errs, fmt.Errorf("--timeout %s: want a duration above 0, such as 5s", f.timeout))
	}
	if f.hostTimeout <= 0 {
		errs = append(errs, fmt.Errorf("--host-timeout %s: want a duration above 0, such as 2m", f.hostTimeout))
	}
	if f.deadline < 0 {
		errs = append(errs, fmt.Errorf("--deadline %s: want a duration, or 0 for no limit", f.deadline))
	}
	if f.lock != lockRefuse && f.lock != lockWait {
		errs = append(errs, fmt.Errorf("--lock %s: want %s or %s", f.lock, lockRefuse, lockWait))
	}
	if f.depth != depthFull && f.depth != fips.DepthVerdict {
		errs = append(errs, fmt.Errorf("--depth %s: want %s or %s", f.depth, depthFull, fips.DepthVerdict))
	}
	if f.history != "off" {
		errs = append(errs, fmt.Errorf("--history %s: there is no history yet; only 'off' is accepted", f.history))
	}
	_, err := parseProgress(f.progress, f.verbose, io.Discard)
	errs = append(errs, err)
	return errors.Join(errs...)
}
