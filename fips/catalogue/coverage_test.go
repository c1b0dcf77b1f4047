package catalogue

import (
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// The dates that judging is promised for.
const (
	firstDay = "2024-03-01"
	lastDay  = "2040-01-01"
)

// Every code point, name and object identifier of package iana has a rule on
// every day. Suites are ruled on by their parts, which is the Judge's test.
func TestEveryCodePointIsRuled(t *testing.T) {
	x := fips.NewIndex(load(t))
	named := func(kind, name string) []*fips.Rule { return x.Named(kind, name) }
	check := func(what string, found ...[]*fips.Rule) {
		t.Helper()
		for _, rules := range found {
			if day, ok := unruled(rules); !ok {
				t.Errorf("%s has no rule on %s", what, day)
				return
			}
		}
	}
	for _, g := range iana.Groups() {
		check("group "+g.Name, named("named-group", g.Name), x.CodePoint("named-group", uint32(g.Code)))
	}
	for _, s := range iana.Schemes() {
		check("signature scheme "+s.Name, named("signature-scheme", s.Name), x.CodePoint("signature-scheme", uint32(s.Code)))
	}
	for _, v := range iana.Versions() {
		check("version "+v.Name, named("protocol-version", v.Name), x.CodePoint("protocol-version", uint32(v.Code)))
	}
	for _, k := range iana.SSL2Kinds() {
		check("SSLv2 kind "+k.Name, named("ssl2-cipher-kind", k.Name), x.CodePoint("ssl2-cipher-kind", k.Code))
	}
	for _, s := range iana.Signals() {
		check("signal "+s.Name, named("tls-cipher-suite-rule", s.Name), x.CodePoint("tls-cipher-suite-rule", uint32(s.Code)))
	}
	for _, n := range iana.SSHNames() {
		check(n.Kind+" "+n.Name, named(n.Kind, n.Name))
	}
	for _, a := range iana.DNSSECAlgorithms() {
		check("DNSSEC algorithm "+a.Name, named("dnssec-algorithm", a.Name), x.CodePoint("dnssec-algorithm", uint32(a.Number)))
	}
	for _, o := range iana.OIDs() {
		switch o.Kind {
		case "signature":
			check("OID of "+o.Name, named("certificate-property", "sigalg:"+o.Name), x.OID("certificate-property", o.OID))
		case "public-key":
			if o.Name != "EC" { // the curve decides, and each curve is here too
				check("OID of "+o.Name, x.OID("public-key", o.OID))
			}
		case "curve":
			check("OID of "+o.Name, named("public-key", o.Name), x.OID("public-key", o.OID))
		case "protection":
			check("OID of "+o.Name, x.OID("keystore-protection", o.OID))
		default:
			t.Errorf("OID %s is of kind %q, which no rule is about", o.OID, o.Kind)
		}
	}
}

// The parts that suites are judged by have rules, whatever the day.
func TestEverySuitePartIsRuled(t *testing.T) {
	x := fips.NewIndex(load(t))
	for _, s := range iana.Suites() {
		code := uint32(s.Code)
		if own := append(x.CodePoint("tls-cipher-suite", code), x.CodePoint("tls-cipher-suite-rule", code)...); len(own) > 0 {
			if day, ok := unruled(own); !ok {
				t.Errorf("%s has no rule on %s", s.Name, day)
			}
			continue
		}
		parts := map[string]string{"cipher": s.Cipher, "mac": s.MAC, "key-exchange": s.KeyExchange}
		if s.KeyExchange == "NULL" {
			parts["key-exchange"] = "DH_anon" // TLS_NULL_WITH_NULL_NULL: its cipher decides
		}
		for kind, name := range parts {
			if day, ok := unruled(x.Named(kind, name)); !ok {
				t.Errorf("%s: %s %s has no rule on %s", s.Name, kind, name, day)
			}
		}
	}
}

// unruled finds a day on which none of the rules says anything.
func unruled(rules []*fips.Rule) (fips.Date, bool) {
	if len(rules) == 1 && rules[0].From <= firstDay && (rules[0].Until == "" || len(rules[0].Transitions) > 0) {
		return "", true // the last status has no end
	}
	day, _ := time.Parse(time.DateOnly, firstDay)
	for d := fips.DateOf(day); d <= lastDay; d = fips.DateOf(day) {
		ruled := false
		for _, r := range rules {
			ended := r.Until != "" && d > r.Until && len(r.Transitions) == 0
			ruled = ruled || d >= r.From && !ended
		}
		if !ruled {
			return d, false
		}
		day = day.AddDate(0, 0, 1)
	}
	return "", true
}
