package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

func newChain(c scanner.Chain, a fips.Assessment) chainView {
	v := chainView{Where: "as served in " + c.Version}
	if c.Name != "" {
		v.Where += " for " + clean(c.Name)
	}
	v.Notes = chainNotes(c)
	for _, cert := range c.Certificates[:min(20, len(c.Certificates))] {
		v.Certificates = append(v.Certificates, factsOf(cert, a))
	}
	return v
}

func factsOf(c scanner.Certificate, a fips.Assessment) certFacts {
	f := certFacts{Subject: clean(cutRunes(c.Subject, 200)), Dates: day(c.NotBefore) + " to " + day(c.NotAfter), More: certDetails(c), Judged: about(a, c.SHA256)}
	if c.Problem != "" {
		f.Dates = clean(c.Problem)
	} else {
		f.Dates += "; " + clean(reports.KeyName(c.Key)+", "+signatureText(c))
	}
	return f
}

// signatureText is a signature with the parameters that it came with.
func signatureText(c scanner.Certificate) string {
	p := c.PSS
	if p == nil {
		return c.SignatureAlgorithm
	}
	return fmt.Sprintf("%s (%s, MGF1 with %s, salt of %d bytes)", c.SignatureAlgorithm, p.Hash, p.MGFHash, p.SaltLen)
}

// maxTrust bounds the sets of anchors that are told of one chain.
const maxTrust = 16

// chainNotes says whether a chain leads to an anchor and how it stands.
func chainNotes(c scanner.Chain) []string {
	var notes []string
	for _, t := range c.Trust[:min(maxTrust, len(c.Trust))] {
		notes = append(notes, clean(trustText(t)))
	}
	if !slices.IsSorted(c.Path) {
		notes = append(notes, "out of order")
	}
	if n := len(c.Certificates) - len(c.Path); c.Path != nil && n > 0 {
		notes = append(notes, many(n, "certificate")+" unneeded")
	}
	return notes
}

func trustText(t scanner.Trust) string {
	name := t.Anchors
	if name == scanner.AnchorsSystem {
		name = "this machine's trust store"
	}
	reason := strings.ReplaceAll(t.Reason, "-", " ")
	switch {
	case t.Trusted == nil:
		return "trust by " + name + " unobserved: " + reason
	case !*t.Trusted:
		return "not trusted by " + name + ": " + reason
	case t.From == nil || t.Until == nil:
		return "trusted by " + name
	}
	return fmt.Sprintf("trusted by %s from %s to %s", name, day(*t.From), day(*t.Until))
}

// trustLimit says by what chains were held to be trusted, where any was shown.
func trustLimit(r *reports.Report) []string {
	if r.Certificates.Served == 0 {
		return nil
	}
	names := slices.Clone(r.Sweep.Scope.Trust)
	if len(names) == 0 {
		return []string{"Trust of chains was not observed: no anchors were at hand, of the scanning machine or by --trust."}
	}
	for i, n := range names {
		if n == scanner.AnchorsSystem {
			names[i] = "the trust store of the scanning machine"
		}
	}
	return []string{clean("Trust of chains is by " + strings.Join(names, ", ") + ". What other clients trust is not observable.")}
}
