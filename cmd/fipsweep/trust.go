package main

import (
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// trustFlags are the files against which certificates and keys are held while
// they are observed: what comes of it is a fact, and judged without them.
type trustFlags struct {
	trustFiles   []string
	weakKeyFiles []string
}

func (f *trustFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringArrayVar(&f.trustFiles, "trust", nil, "trust the authorities in this PEM `FILE` too, beside this machine's trust store; repeatable")
	fl.StringArrayVar(&f.weakKeyFiles, "weak-keys", nil, "tell keys on this `FILE` of known ones: openssl-blacklist, openssh-blacklist, or SHA-256 of public keys in hex; repeatable")
}

// trustBase is what those files and this machine's trust store hold.
type trustBase struct {
	anchors []*pkix.Anchors
	known   *pkix.KnownKeys // nil where no list was given
}

// maxTrustFile bounds a bundle or a list: the whole of Debian's lists, a
// million keys or so, fits.
const maxTrustFile = 64 << 20

// read tells every complaint about every file. A machine without a trust store
// has no say.
func (f *trustFlags) read() (trustBase, error) {
	var b trustBase
	var errs []error
	if pool, err := x509.SystemCertPool(); err == nil {
		if system := pkix.SystemAnchors(pool); system != nil {
			b.anchors = append(b.anchors, system)
		}
	}
	for _, name := range f.trustFiles {
		data, err := readBounded(name, maxTrustFile)
		if err != nil {
			errs = append(errs, fmt.Errorf("--trust: %w", err))
			continue
		}
		a, err := pkix.ParseAnchors(scanner.Escape(name), data)
		if err != nil {
			errs = append(errs, fmt.Errorf("--trust: %w", err))
			continue
		}
		b.anchors = append(b.anchors, a)
	}
	for _, name := range f.weakKeyFiles {
		data, err := readBounded(name, maxTrustFile)
		if err != nil {
			errs = append(errs, fmt.Errorf("--weak-keys: %w", err))
			continue
		}
		if b.known == nil {
			b.known = new(pkix.KnownKeys)
		}
		if err := b.known.Read(scanner.Escape(name), data); err != nil {
			errs = append(errs, fmt.Errorf("--weak-keys: %w", err))
		}
	}
	return b, errors.Join(errs...)
}

// names are those of the sets of anchors.
func (b trustBase) names() []string {
	var names []string
	for _, a := range b.anchors {
		names = append(names, a.Name())
	}
	return names
}
