package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
	"github.com/fipsweep/fipsweep/scanner/sshfile"
)

// trustFlags are the files against which certificates and keys are held while
// they are observed: what comes of it is a fact, and judged without them.
type trustFlags struct {
	trustFiles   []string
	weakKeyFiles []string
	moduliFiles  []string
}

func (f *trustFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringArrayVar(&f.trustFiles, "trust", nil, "trust the authorities in this PEM `FILE` too, beside this machine's trust store; repeatable")
	fl.StringArrayVar(&f.weakKeyFiles, "weak-keys", nil, "tell keys on this `FILE` of known ones: openssl-blacklist, openssh-blacklist, or SHA-256 of public keys in hex; repeatable")
	fl.StringArrayVar(&f.moduliFiles, "moduli", nil, "tell of each prime of SSH group exchange whether this moduli `FILE` has it, such as /etc/ssh/moduli; repeatable")
}

// trustBase is what those files and this machine's trust store hold.
type trustBase struct {
	anchors []*pkix.Anchors
	known   *pkix.KnownKeys // nil where no list was given
	moduli  map[string]bool // digests of primes; nil where no file was given
}

// maxTrustFile bounds a bundle or a list: the whole of Debian's lists, a
// million keys or so, fits.
const maxTrustFile = 64 << 20

// read tells every complaint about every file. A machine without a trust store
// has no say.
func (f *trustFlags) read() (trustBase, error) {
	var b trustBase
	var errs []error
	if pool, err := systemPool(); err == nil {
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
	for _, name := range f.moduliFiles {
		if b.moduli == nil {
			b.moduli = map[string]bool{}
		}
		errs = append(errs, readModuli(name, b.moduli))
	}
	return b, errors.Join(errs...)
}

// readModuli adds the digests of a moduli file's primes. A file with a line
// that is none is refused, since what was meant to be there would be told as
// missing.
func readModuli(name string, digests map[string]bool) error {
	data, err := readBounded(name, maxTrustFile)
	if err != nil {
		return fmt.Errorf("--moduli: %w", err)
	}
	list, problems := sshfile.ParseModuli(data)
	switch {
	case len(problems) > 0:
		return fmt.Errorf("--moduli: %s: %w; each line is as moduli(5) has it", scanner.Escape(name), problems[0])
	case len(list) == 0:
		return fmt.Errorf("--moduli: %s: no modulus in it; name a file such as /etc/ssh/moduli", scanner.Escape(name))
	}
	for _, m := range list {
		digests[m.Prime.SHA256] = true
	}
	return nil
}

// names are those of the sets of anchors.
func (b trustBase) names() []string {
	var names []string
	for _, a := range b.anchors {
		names = append(names, a.Name())
	}
	return names
}
