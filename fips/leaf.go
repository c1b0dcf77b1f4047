package fips

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// shortLived is the validity up to which a certificate needs no pointer to
// revocation information (CA/Browser Forum Baseline Requirements section
// 4.9.7).
const shortLived = 10 * 24 * time.Hour

// leaf rules on what is asked of a certificate by which a TLS server
// authenticates itself (SP 800-52 Rev. 2 section 3.2 and table 3-1).
func (j *Judge) leaf(d *docket, c *scanner.Certificate, p place) {
	lifetime := c.NotAfter.Sub(c.NotBefore)
	for _, r := range j.rules.Named(propertyKind, "validity-over-3-years") {
		if days := int(lifetime.Hours() / 24); r.Bounds != nil && days > r.Bounds.MaxDays {
			j.property(d, c, r.Name, ClassCertValidity, p, fmt.Sprintf("Its validity is %d days.", days))
		}
	}
	if c.SelfSigned {
		if !p.trusted { // the rule is about those outside a closed trust list
			j.property(d, c, "self-signed-leaf", ClassCertChain, p, "")
		}
	} else if !c.Revocation && lifetime > shortLived {
		j.property(d, c, "no-revocation-pointer", ClassCertRevoked, p, "")
	}
	if c.CA {
		j.property(d, c, "leaf-with-ca-bit", ClassCertChain, p, "")
	}
	if c.Version >= 3 && !usableForTLS(c) {
		j.property(d, c, "missing-key-usage", ClassCertChain, p, "")
	}
	if slices.ContainsFunc(c.Names, func(n string) bool { return strings.HasPrefix(n, "*.") }) {
		j.property(d, c, "wildcard", ClassCertChain, p, "")
	}
	j.names(d, c, p)
	for _, rules := range j.keyRules(c.Key) {
		if rules[0].Quantum {
			j.property(d, c, "no-pqc-path", ClassCertKey, p, "")
			break
		}
	}
}

// names rules on whether the certificate names the server that was asked for.
// Where it has no subject alternative name a few clients still take the common
// name, so that a matching one is no mismatch besides (RFC 6125 section 6.4.4).
func (j *Judge) names(d *docket, c *scanner.Certificate, p place) {
	names := hostNames(c.Names)
	if len(names) == 0 {
		j.property(d, c, "no-san", ClassCertChain, p, "")
		if c.CommonName != "" {
			names = []string{c.CommonName}
		}
	}
	if p.name == "" || slices.ContainsFunc(names, func(n string) bool { return nameMatches(n, p.name) }) {
		return
	}
	j.property(d, c, "hostname-mismatch", ClassCertChain, p, fmt.Sprintf("The name asked for was %q.", p.name))
}

// hostNames are the alternative names of hosts: DNS names and addresses. Others
// are written type:value, and a colon in an address makes it one all the same.
func hostNames(names []string) []string {
	var hosts []string
	for _, n := range names {
		if _, err := netip.ParseAddr(n); err == nil || !strings.Contains(n, ":") {
			hosts = append(hosts, n)
		}
	}
	return hosts
}

// nameMatches compares a name of a certificate with that of a server. An
// asterisk stands for exactly one label, the first (RFC 9525 section 6.3).
func nameMatches(pattern, name string) bool {
	pattern, name = strings.ToLower(strings.TrimSuffix(pattern, ".")), strings.ToLower(strings.TrimSuffix(name, "."))
	if pattern == "" || name == "" {
		return false
	}
	if a, err := netip.ParseAddr(name); err == nil {
		b, err := netip.ParseAddr(pattern)
		return err == nil && a.Unmap() == b.Unmap()
	}
	rest, wild := strings.CutPrefix(pattern, "*.")
	if !wild {
		return pattern == name
	}
	first, domain, ok := strings.Cut(name, ".")
	return ok && first != "" && rest == domain
}

// usableForTLS tells whether key usage and extended key usage let the
// certificate authenticate a TLS server by signature.
func usableForTLS(c *scanner.Certificate) bool {
	server := slices.Contains(c.ExtKeyUsage, "serverAuth") || slices.Contains(c.ExtKeyUsage, "anyExtendedKeyUsage")
	return server && slices.Contains(c.KeyUsage, "digitalSignature")
}

// shortSerial tells whether a serial number, in hex, cannot have the 64 random
// bits that it should: it is negative or zero, or so short that chance would
// make it so once in 65,536.
func shortSerial(serial string) bool {
	if serial == "" {
		return false
	}
	digits := strings.TrimLeft(strings.ReplaceAll(serial, ":", ""), "0")
	return strings.HasPrefix(serial, "-") || len(digits) <= 48/4
}
