package fips

import (
	"fmt"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// minDHBits is the length below which finite-field Diffie-Hellman falls under
// the 112-bit floor of SP 800-131A section 5.
const minDHBits = 2048

// tls rules on what a TLS endpoint accepts and shows. What it refused and what
// nobody asked is no evidence and gets no ruling.
func (j *Judge) tls(d *docket, t *scanner.TLS, name string) {
	for _, v := range t.Versions {
		if v.Accepted != nil && *v.Accepted {
			j.tlsVersion(d, v)
		}
	}
	j.extensions(d, t)
	j.ownCiphers(d, t.OwnCiphers, t.STARTTLS)
	if t.STARTTLS != "" && (t.Required == nil || !*t.Required) {
		r := j.named("protocol-version", "STARTTLS-not-enforced", ClassCleartext)
		if t.Required == nil {
			r.Because += " What this port accepts before the upgrade was not observed, so the stricter reading holds."
		}
		d.add(r, t.STARTTLS)
	}
	asked := false
	for _, c := range t.Chains {
		asked = asked || c.Name != ""
	}
	for _, c := range t.Chains {
		if !asked { // the prober names no names: it asked for the endpoint's
			c.Name = name
		}
		j.chain(d, c)
	}
}

func (j *Judge) tlsVersion(d *docket, v scanner.TLSVersion) {
	d.add(j.named("protocol-version", v.Version, ClassTLSVersion))
	for _, s := range v.Suites {
		d.add(j.suite(s), v.Version)
	}
	for _, g := range v.Groups {
		d.add(j.named("named-group", g, ClassTLSKex), v.Version)
	}
	for _, s := range v.SignatureSchemes {
		d.add(j.named("signature-scheme", s, ClassTLSKex), v.Version)
	}
	for _, p := range v.Primes {
		d.add(j.prime(p, ClassTLSKex), v.Version, digestOf(p))
	}
	// The versions before 1.2 are barred with it and without.
	if v.Version == scanner.TLSv12 && v.ExtendedMasterSecret != nil {
		name := "extended_master_secret"
		if !*v.ExtendedMasterSecret {
			name = "extended_master_secret-absent"
		}
		d.add(j.named("tls-extension", name, ClassTLSEMS), v.Version)
	}
}

// digestOf tells which prime was sent, where it has no name. It is no part of
// the subject: a server that draws its primes from a pool has one finding, not
// another in every sweep.
func digestOf(p scanner.Prime) string {
	if p.Group != "" {
		return ""
	}
	name := "prime with SHA-256 " + p.SHA256
	switch {
	case p.InModuli == nil:
		return name
	case *p.InModuli: // which makes it no more approved, and tells whom it is from
		return name + ", in a moduli file that was named"
	}
	return name + ", in no moduli file that was named"
}

// prime rules on a finite-field group by the prime that was sent, never by the
// name of the suite or method: only the groups of RFC 3526 and RFC 7919 are
// listed in SP 800-56A Rev. 3 appendix D.
func (j *Judge) prime(p scanner.Prime, class Class) Ruling {
	if p.Group != "" {
		if rules := j.rules.Named("named-group", p.Group); len(rules) > 0 {
			return j.ruling(rules, Subject{"named-group", p.Group}, class)
		}
	}
	subject := Subject{"key-exchange", fmt.Sprintf("DHE prime of %d bits", p.Bits)}
	r := j.ruling(j.rules.Named("key-exchange", primeRule(p.Bits)), subject, class)
	if p.Shared != "" {
		r.Because += " It is a prime that many servers share (" + p.Shared + ")."
	}
	return r
}

// primeRule names the rule about a prime that has no name.
func primeRule(bits int) string {
	if bits < minDHBits {
		return "DHE-below-2048"
	}
	return "DHE-unknown-group"
}

// listed tells whether the prime is one of SP 800-56A Rev. 3 appendix D. Those
// of RFC 5114 are named too and are not on that list.
func listed(p scanner.Prime) bool {
	return p.Bits >= minDHBits && (strings.HasPrefix(p.Group, "MODP-") || strings.HasPrefix(p.Group, "ffdhe"))
}
