package fips

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// partly tells whether more of a version may be there than was seen: the list
// broke off, or was never to be whole.
func (m *meeting) partly(v scanner.TLSVersion, d dimension) bool {
	if m.o.TLS.Depth == "verdict" {
		return true
	}
	return slices.ContainsFunc(m.o.Incomplete, func(i scanner.Incomplete) bool {
		rest, ok := strings.CutPrefix(i.What, v.Version)
		if !ok || i.Reason == scanner.ReasonAlert { // the server declined: an answer
			return false
		}
		switch rest = strings.TrimSpace(rest); rest {
		case string(suites), string(groups), string(primes), string(schemes), string(chains):
			return rest == string(d)
		case "suites and groups":
			return d == suites || d == groups
		case "order":
			return false
		}
		return strings.HasSuffix(rest, " flight") == (d != suites) // of one suite
	})
}

// ways13 is what all suites of TLS 1.3 have in common: group and signature go
// with any of them.
func (m *meeting) ways13(v scanner.TLSVersion) way {
	w := way{connects: Yes}
	w.groups, w.connects, w.because = m.common(v, groups, "named-group", v.Groups)
	if w.connects != Yes {
		return w
	}
	w.open = m.partly(v, groups)
	m.sign(v, &w, "")
	return w
}

// way12 is what becomes of a connection of TLS 1.2 under a suite. The server
// does not choose one for which it finds no curve in common (RFC 8422 section
// 5.1). One for which it finds no signature scheme some pass over and some
// choose, to fail. Prime and chain are its own to send, and the client's to
// refuse.
func (m *meeting) way12(v scanner.TLSVersion, suite string) way {
	w := way{suite: suite, connects: Yes}
	s, _ := iana.SuiteByName(suite)
	switch {
	case s.Authentication == "PSK":
		return way{suite: suite, because: "what is left of approved suites wants a key that is shared beforehand"}
	case s.KeyExchange == "ECDHE" && (s.Authentication == "RSA" || s.Authentication == "ECDSA"):
		w.groups, w.connects, w.because = m.common(v, groups, "named-group", m.curves(v))
		if w.connects == No {
			w.connects = ""
		}
		w.open = m.partly(v, groups)
	case s.KeyExchange == "DHE" && s.Authentication == "RSA":
		w.groups, w.connects, w.because = m.prime(v)
		w.open = m.partly(v, primes)
	default:
		return way{suite: suite, connects: Unseen, because: "what " + suite + " comes to is not known"}
	}
	if w.connects == Yes {
		m.sign(v, &w, s.Authentication)
	}
	return w
}

// curves is the groups that are seen under ECDHE.
func (m *meeting) curves(v scanner.TLSVersion) []string {
	return slices.DeleteFunc(slices.Clone(v.Groups), func(name string) bool {
		g, ok := iana.GroupByName(name)
		return ok && g.Kind == "ff"
	})
}

// common is the names that server and client have in common.
func (m *meeting) common(v scanner.TLSVersion, d dimension, kind string, names []string) ([]string, Answer, string) {
	passing := m.passing(kind, names)
	switch {
	case len(passing) > 0:
		return passing, Yes, ""
	case len(names) == 0 || m.partly(v, d):
		return nil, Unseen, "not all " + string(d) + " were observed"
	}
	return nil, No, "no approved " + strings.TrimSuffix(string(d), "s")
}

// prime is the finite-field groups that the server sends under DHE. Of several
// it is not known which it sends to whom.
func (m *meeting) prime(v scanner.TLSVersion) ([]string, Answer, string) {
	var good, bad []string
	for _, p := range v.Primes {
		r := m.j.prime(p, ClassTLSKex)
		if name := cmp.Or(p.Group, fmt.Sprintf("prime of %d bits", p.Bits)); r.Status.Grade() == Pass {
			good = addNew(good, name)
		} else {
			bad = addNew(bad, name+" is "+r.Status.String())
		}
	}
	switch {
	case len(bad) == 0 && len(good) > 0:
		return good, Yes, ""
	case len(v.Primes) == 0 || m.partly(v, primes):
		return nil, Unseen, "not all finite-field groups were observed"
	case len(good) > 0:
		return nil, Unseen, "it sends several primes, and " + bad[0]
	}
	return nil, No, "its " + bad[0]
}

// sign adds to a way how the server authenticates itself: with a scheme of the
// client's by the key of one of the chains. The way ends where it does not.
func (m *meeting) sign(v scanner.TLSVersion, w *way, authentication string) {
	passing := m.passing("signature-scheme", v.SignatureSchemes)
	var bad, odd string
	for _, scheme := range passing {
		if authentication != "" && authenticates(scheme) != authentication {
			continue
		}
		found := false
		for _, c := range m.chains {
			if !signs(scheme, c.Certificates[0].Key, v.Version) {
				continue
			}
			found = true
			switch answer, because := m.chain(c, v.Version); answer {
			case Yes:
				w.schemes, w.keys = addNew(w.schemes, scheme), addNew(w.keys, keyName(c.Certificates[0].Key))
			case No:
				bad = "its certificate: " + because
			default:
				odd = because
			}
		}
		if !found {
			odd = "the certificate for " + scheme + " was not observed"
		}
	}
	w.open = w.open || m.partly(v, schemes) || m.partly(v, chains)
	switch {
	case odd == "" && bad == "" && len(w.keys) > 0:
	case odd != "":
		w.connects, w.because = Unseen, odd
	case bad != "" && len(w.keys) > 0:
		w.connects, w.because = Unseen, "which of its certificates it shows was not observed, and of one "+strings.TrimPrefix(bad, "its certificate: ")
	case len(v.SignatureSchemes) == 0 || m.partly(v, schemes):
		w.connects, w.because = Unseen, "not all signature schemes were observed"
	case bad != "" && m.partly(v, chains):
		w.connects, w.because = Unseen, "not all chains were observed"
	case bad != "":
		w.connects, w.because = No, bad
	default:
		w.connects, w.dodged, w.because = No, true, "no approved signature scheme"
	}
}

// chain tells whether keys and signatures of a chain pass, as it was shown. A
// client of TLS 1.2 that does not offer the curve of a key takes no signature
// by it (RFC 8422 section 5.1.1); how the server minds that was not seen.
func (m *meeting) chain(c scanner.Chain, version string) (Answer, string) {
	answer, because := Yes, ""
	for _, cert := range c.Certificates {
		switch a, why := m.of(cert.SHA256); {
		case a == No:
			return No, why
		case a == Unseen:
			answer, because = a, why
		}
	}
	if k := c.Certificates[0].Key; answer == Yes && version == scanner.TLSv12 && k.Algorithm == "EC" &&
		m.j.named("named-group", k.Curve, ClassTLSKex).Status.Grade() != Pass {
		return Unseen, "its certificate is on a curve that is no approved group"
	}
	return answer, because
}
