package fips

import (
	"cmp"
	"fmt"
	"math/big"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// Kinds of rules that several files look up.
const (
	keyKind      = "public-key"
	propertyKind = "certificate-property"
)

// pssKeyName is the rule for RSA keys of 2048 to 3071 bits that are pinned to
// RSASSA-PSS.
const (
	pssKeyName = "RSASSA-PSS-key"
	minPSSBits = 2048
)

// key rules on a public key: its algorithm and size, and then each property
// that a rule bars by itself, such as a small exponent.
func (j *Judge) key(d *docket, k scanner.Key, class Class, digest string, where ...string) {
	subject := Subject{keyKind, keyName(k)}
	ruled := false
	for _, rules := range j.keyRules(k) {
		if role := forRole(rules, "sign")[0].Role; role != "" && role != "sign" {
			continue // about another use than the one that is seen
		}
		d.addOf(digest, j.rulingOf(rules, subject, class, k.Bits), where...)
		ruled = true
	}
	if !ruled {
		d.addOf(digest, j.ruling(nil, subject, class), where...)
	}
	j.weaknesses(d, k, digest, where...)
}

// weakRules name the rule of each weakness that is looked for.
var weakRules = map[string]string{
	scanner.WeakSmallFactor: "rsa-small-factor",
	scanner.WeakClosePrimes: "rsa-fermat-close-primes",
	scanner.WeakROCA:        "rsa-roca",
	scanner.WeakListed:      "known-compromised-key",
}

// weaknesses rules on how the private half of a key can be had. One that a
// later version of the prober looks for is unclassified to this one.
func (j *Judge) weaknesses(d *docket, k scanner.Key, digest string, where ...string) {
	for _, w := range k.Weak {
		r := j.named(propertyKind, cmp.Or(weakRules[w.Name], w.Name), ClassWeakKey)
		switch {
		case w.Name == scanner.WeakListed && w.Detail != "":
			r.Because += fmt.Sprintf(" It is on the list %s.", w.Detail)
		case w.Detail != "":
			r.Because += fmt.Sprintf(" It is %s.", w.Detail)
		}
		d.addOf(digest, r, where...)
	}
}

// keyName is how people name a key: algorithm and size.
func keyName(k scanner.Key) string {
	switch {
	case k.Algorithm == "EC" && k.Curve != "":
		return "EC " + k.Curve
	case k.SubBits > 0:
		return fmt.Sprintf("%s %d, q of %d", k.Algorithm, k.Bits, k.SubBits)
	case k.Bits > 0 && strings.Trim(k.Algorithm, "RSAPDHECL-") == "": // those that come in sizes
		return fmt.Sprintf("%s %d", k.Algorithm, k.Bits)
	}
	return cmp.Or(k.Algorithm, k.OID, "key")
}

// keyRules finds the rules about a key, in groups: those of one group differ
// by use only, and each group is a ruling of its own. The algorithm's is the
// first.
func (j *Judge) keyRules(k scanner.Key) [][]*Rule {
	if k.Algorithm == "EC" {
		if rules := j.curveRules(k); len(rules) > 0 {
			return [][]*Rule{rules}
		}
		return nil
	}
	if rules := j.rules.Named("named-group", k.Group); k.Group != "" && len(rules) > 0 {
		return [][]*Rule{rules} // a Diffie-Hellman key is as good as its prime
	}
	algorithm := k.Algorithm
	if algorithm == "RSASSA-PSS" {
		algorithm = "RSA" // an RSA key with its padding pinned (RFC 4055)
	}
	var sized, properties, any [][]*Rule
	for _, r := range j.rules.keys {
		b := r.Bounds
		switch {
		case !strings.EqualFold(b.Algorithm, algorithm) || !b.holdsKey(k):
		case b.sizes():
			sized = group(sized, r)
		case b.Parity != "" || b.ExponentParity != "" || b.MinExponentBits > 0 || b.MaxExponentBits > 0:
			properties = group(properties, r)
		default:
			any = group(any, r)
		}
	}
	if k.Algorithm == "RSASSA-PSS" && k.Bits >= minPSSBits && k.Bits < 3072 { // the strength the rule is for
		sized = [][]*Rule{j.rules.Named(keyKind, pssKeyName)}
	}
	for _, rules := range any {
		if len(sized) == 0 || rules[0].Role != sized[0][0].Role { // a size of its own goes before any size
			sized = append(sized, rules)
		}
	}
	if len(sized) > 0 {
		return append(sized, properties...)
	}
	for _, rules := range [][]*Rule{j.rules.Named(keyKind, k.Algorithm), j.rules.OID(keyKind, k.OID), j.rules.OID(keyKind, k.Algorithm)} {
		if len(rules) > 0 {
			return append([][]*Rule{rules}, properties...)
		}
	}
	return properties
}

// group adds a rule to the rules of its name.
func group(groups [][]*Rule, r *Rule) [][]*Rule {
	for i := range groups {
		if groups[i][0].Name == r.Name {
			groups[i] = append(groups[i], r)
			return groups
		}
	}
	return append(groups, []*Rule{r})
}

// curveRules finds the rules about a curve, which the catalogue names EC-P-256
// and the registry secp256r1. A curve of which only the size is known may
// still be too small.
func (j *Judge) curveRules(k scanner.Key) []*Rule {
	curve := k.Curve
	if curve == "explicit" {
		curve = "explicit-parameters"
	}
	for _, letter := range []string{"p", "k", "b"} { // as SSH writes them (RFC 5656 section 10)
		if size, ok := strings.CutPrefix(curve, "nist"+letter); ok {
			curve = strings.ToUpper(letter) + "-" + size
		}
	}
	if rules := j.rules.Named(keyKind, "EC-"+curve); len(rules) > 0 {
		return rules
	}
	if o, ok := iana.OIDNamed("curve", curve); ok {
		return j.rules.OID(keyKind, o.OID)
	}
	if rules := j.rules.Sized("EC", k.Bits); k.Bits > 0 && len(rules) > 0 {
		return rules
	}
	if rules := j.rules.Named(keyKind, curve); len(rules) > 0 && strings.HasPrefix(rules[0].Name, "EC-") {
		return rules
	}
	return nil
}

// maxExponent bounds the digits of an RSA exponent that are read; FIPS 186-5
// ends at 2^256, which has 78.
const maxExponent = 5000

// holdsKey tells whether a key is within the bounds. What is not known of a
// key is outside of those that ask for it.
func (b *Bounds) holdsKey(k scanner.Key) bool {
	switch {
	case b.MinBits > 0 && k.Bits < b.MinBits, b.MaxBits > 0 && (k.Bits == 0 || k.Bits > b.MaxBits),
		b.MinSubBits > 0 && k.SubBits < b.MinSubBits, b.MaxSubBits > 0 && (k.SubBits == 0 || k.SubBits > b.MaxSubBits),
		b.Parity == "odd" && k.Bits%2 == 0:
		return false
	}
	if b.MinExponentBits == 0 && b.MaxExponentBits == 0 && b.ExponentParity == "" {
		return true
	}
	e, ok := new(big.Int), len(k.Exponent) <= maxExponent
	if ok {
		_, ok = e.SetString(k.Exponent, 10)
	}
	return ok && e.BitLen() >= b.MinExponentBits && (b.MaxExponentBits == 0 || e.BitLen() <= b.MaxExponentBits) &&
		(b.ExponentParity != "even" || e.Bit(0) == 0)
}
