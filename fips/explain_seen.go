package fips

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// Subjects that findings name by what was seen, and rules by what it falls
// under.
var (
	seenPrime  = regexp.MustCompile(`(?i)^DHE? prime of (\d{1,6}) bits$`)
	seenSecret = regexp.MustCompile(`(?i)^(\S+) key of (\d{1,6}) bits$`)
	seenDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// seenRules finds the rules that a subject of a finding may fall under, whose
// name is none of theirs.
func (j *Judge) seenRules(asked string) []*Rule {
	if m := seenPrime.FindStringSubmatch(asked); m != nil {
		bits, _ := strconv.Atoi(m[1])
		return append(slices.Clone(j.rules.Named("key-exchange", primeRule(bits))), j.rules.Named(keyKind, "DH-params-other")...)
	}
	if m := seenSecret.FindStringSubmatch(asked); m != nil {
		bits, _ := strconv.Atoi(m[2])
		if rules := j.rules.Named(keyKind, shortSecret); len(rules) > 0 && bits > 0 && rules[0].Bounds.Holds(bits) {
			return rules
		}
		return nil
	}
	var rules []*Rule
	for i := range j.rules.rules { // a way to protect a store has a rule for each family of ciphers
		r := &j.rules.rules[i]
		if asked != "" && r.Kind == protectionKind && strings.HasPrefix(strings.ToLower(r.Name), strings.ToLower(asked)+"-") {
			rules = append(rules, r)
		}
	}
	return rules
}

// besideScheme finds the rules that a scheme with PBKDF2 in it may fall under
// beside its own.
func (j *Judge) besideScheme(asked string) []*Rule {
	var rules []*Rule
	for _, scheme := range []string{"pkcs12-mac-pbmac1", "BCFKS-PBKDF2"} {
		for _, name := range shortNames {
			if strings.EqualFold(asked, scheme) {
				rules = append(rules, j.rules.Named(protectionKind, name)...)
			}
		}
	}
	return rules
}

// unruledSeen says why no rule speaks of something that a finding names, where
// that is known.
func (j *Judge) unruledSeen(asked string) (Ruling, bool) {
	r := j.unclassified(nil, Subject{keyKind, asked}, ClassKeyStrength)
	switch {
	case seenSecret.MatchString(asked):
		r.Because = "Of a symmetric key only the length is seen, and no rule approves one by its length alone."
	case seenDigest.MatchString(asked):
		r.Subject.Kind = unreadKind
		r.Because = "A finding of that name is about a certificate, by its SHA-256, that no parser takes whole; no rule speaks of one."
	case strings.EqualFold(asked, "unknown"):
		r.Subject.Kind = "protocol-version"
		r.Because = "A finding of that name is about a port that answers in a protocol that was not recognised; no rule speaks of one."
		r.Remedy = "Find out what listens there and whether it encrypts, then require TLS or close the port."
	case strings.EqualFold(asked, "pkcs12-signed"), strings.EqualFold(asked, "BCFKS-signature"):
		r.Subject.Kind = protectionKind
		r.Because = "A store that a signature keeps whole is ruled on by the algorithm of that signature, which the finding names: explain that."
	default:
		return r, false
	}
	return r, true
}

// exponentRules are the rules about a key's exponent, which a key that is named
// by its size alone may fall under too.
func (j *Judge) exponentRules(k scanner.Key) []*Rule {
	var rules []*Rule
	for i := range j.rules.rules {
		r := &j.rules.rules[i]
		if b := r.Bounds; r.Kind == keyKind && b != nil && strings.EqualFold(b.Algorithm, "RSA") && k.Exponent == "" &&
			strings.HasPrefix(k.Algorithm, "RSA") && (b.ExponentParity != "" || b.MinExponentBits > 0 || b.MaxExponentBits > 0) {
			rules = append(rules, r)
		}
	}
	return rules
}

// asKeys are the keys that are meant: without the size of its subgroup a DSA
// key may have any that FIPS 186-4 section 4.2 has.
func asKeys(k scanner.Key) []scanner.Key {
	if k.Algorithm != "DSA" || k.SubBits > 0 {
		return []scanner.Key{k}
	}
	var all []scanner.Key
	for _, q := range []int{160, 224, 256} {
		k.SubBits = q
		all = append(all, k)
	}
	return all
}

// onlyWhen says of a rule about an exponent that the size does not decide it.
func onlyWhen(r *Rule) string {
	if b := r.Bounds; b != nil && (b.ExponentParity != "" || b.MinExponentBits > 0 || b.MaxExponentBits > 0) {
		return fmt.Sprintf(" This is for keys whose public exponent is such (%s), whatever their size.", r.Name)
	}
	return ""
}
