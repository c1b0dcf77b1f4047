package tlsprobe

import (
	"slices"
	"strings"
)

// keys is the kinds of key that sign or decrypt for the suites accepted, in
// the order they were seen: "RSA", "ECDSA", "DSS".
func (l *listing) keys() []string {
	var kinds []string
	for _, c := range l.suites {
		if k := authentication(c); k == "RSA" || k == "ECDSA" || k == "DSS" {
			kinds = add(kinds, k)
		}
	}
	if l.supposed {
		kinds = add(kinds, "RSA")
	}
	return kinds
}

// otherKeys asks once more without the kinds of key that were shown, where the
// list has one kind only, or fewer than the list of a newer version that showed
// them so. Servers that keep each key apart choose one by what the hello could
// take, before they look for a suite: while any ECDSA suite is offered, haproxy
// looks among its ECDSA key's suites only, and its refusal says nothing of the
// others. Some go by the schemes, so those of the keys shown are left out as well.
func (l *listing) otherKeys() {
	kinds, newer := l.keys(), l.newer()
	if len(kinds) == 0 || l.stopped != nil || l.pure() || newer == nil && len(kinds) > 1 || newer != nil && (!newer.apart || len(newer.keys()) <= len(kinds)) {
		return
	}
	left := slices.DeleteFunc(without(l.session.suites(l.v), l.suites), func(c uint16) bool {
		return slices.Contains(kinds, authentication(c))
	})
	l.purpose = l.v.name + " other keys"
	if l.v == tls12 {
		l.only = slices.DeleteFunc(slices.Clone(l.p.questions.schemes), func(c uint16) bool {
			return slices.Contains(kinds, signsFor(schemeName(c)))
		})
	}
	l.withoutFields(func() { l.more(left) })
	l.only = nil
	l.apart = len(l.keys()) > len(kinds) && !l.unfinite
}

// otherKeys is the same for TLS 1.3, where schemes stand for keys: what its
// answers have not shown, and the list of an older version has. Where it has them
// though they are refused, they are asked for twice in a row: of two servers that
// take turns the other one may have the key.
func (p *plan13) otherKeys() {
	if p == nil {
		return
	}
	left := p.unshown()
	if len(left) == 0 {
		return
	}
	p.purpose = tls13.name + " other keys"
	before, gaps := len(p.signed), len(p.o.Incomplete)
	if p.signOn(left); len(p.signed) > before || len(p.o.Incomplete) > gaps || len(p.unshown()) == 0 || !p.older() {
		return
	}
	if p.signOn(left); len(p.signed) > before {
		p.disagree(tls13.name + " signature schemes were refused and taken")
	}
}

// older tells whether there is a list of an older version.
func (p *plan13) older() bool {
	return p.listings[tls12] != nil || p.listings[tls11] != nil || p.listings[tls10] != nil
}

// unshown is the schemes of other kinds of key than its answers have shown,
// where there may be some. The JDK stays with its ECDSA key as long as any scheme
// of ECDSA is offered that it knows, of another curve, too: its refusal then says
// nothing of the other keys.
func (p *plan13) unshown() []uint16 {
	if len(p.signed) == 0 || p.stopped != nil {
		return nil
	}
	var shown []string
	for _, c := range p.signed {
		shown = add(shown, keyKind(tls12, schemeName(c)))
	}
	var old []string
	for _, v := range []version{tls12, tls11, tls10} {
		if l := p.listings[v]; l != nil {
			old = l.keys()
			break
		}
	}
	if !p.stays && (len(shown) > 1 || old != nil && !p.lacks(shown, old)) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.p.questions.schemes), func(c uint16) bool {
		return slices.Contains(shown, keyKind(tls12, schemeName(c)))
	})
}

// lacks tells whether an older version's kinds of key are more than those that
// TLS 1.3 has shown.
func (p *plan13) lacks(shown, old []string) bool {
	for _, kind := range old {
		if kind == "RSA" && !slices.Contains(shown, "rsa") || kind == "ECDSA" && slices.Equal(shown, []string{"rsa"}) {
			return true
		}
	}
	return false
}

// signsFor is the authentication of the suites up to TLS 1.2 that a scheme signs
// for, as keys has it (RFC 8422 section 5.1.3 for EdDSA); "" for none of those.
func signsFor(scheme string) string {
	switch kind, _, _ := strings.Cut(scheme, "_"); kind {
	case "rsa":
		return "RSA"
	case "ecdsa", "ed25519", "ed448":
		return "ECDSA"
	case "dsa":
		return "DSS"
	}
	return ""
}
