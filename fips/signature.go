package fips

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// signature rules on a signature over a certificate, request or revocation
// list: by object identifier, else by name.
func (j *Judge) signature(oid, name string, pss *scanner.PSS) Ruling {
	subject := Subject{propertyKind, cmp.Or(name, oid, "signature")}
	if pss != nil {
		return j.pss(pss, subject)
	}
	if oid != "" {
		if rules := sigalgs(j.rules.OID(propertyKind, oid)); len(rules) > 0 {
			return j.ruling(rules, subject, ClassCertSignature)
		}
	}
	return j.ruling(j.rules.Named(propertyKind, "sigalg:"+name), subject, ClassCertSignature)
}

func sigalgs(rules []*Rule) []*Rule {
	var list []*Rule
	for _, r := range rules {
		if strings.HasPrefix(r.Name, "sigalg:rsassaPss-") { // of parameters, not of the identifier
			continue
		}
		list = append(list, r)
	}
	return list
}

// pss rules on the parameters of an RSASSA-PSS signature (RFC 4055 section
// 3.1, FIPS 186-5 section 5.4): absent ones mean SHA-1, the mask has the same
// hash, the salt is no longer than it.
func (j *Judge) pss(p *scanner.PSS, s Subject) Ruling {
	rule := func(name string) Ruling { return j.ruling(j.rules.Named(propertyKind, name), s, ClassCertSignature) }
	if p.Defaults {
		return rule("sigalg:rsassaPss-default-parameters")
	}
	hash := hashName(p.Hash)
	byHash := j.ruling(forRole(j.rules.Named("hash", hash), "sign"), s, ClassCertSignature)
	if hashName(p.MGFHash) != hash && byHash.ownStatus().Grade() == Pass {
		if byHash.Status > Unclassified {
			return byHash
		}
		r := j.unclassified(nil, s, ClassCertSignature)
		r.Because = fmt.Sprintf("Its mask uses %s and its message %s; the catalogue speaks of one hash for both only.", p.MGFHash, p.Hash)
		return r
	}
	r := rule("sigalg:rsassaPss")
	if p.SaltLen > hashBytes(hash) && hashBytes(hash) > 0 {
		r = rule("sigalg:rsassaPss-long-salt")
	}
	if byHash.Status > r.Status {
		return byHash
	}
	return r
}

// hashName is a hash by the catalogue's name, "SHA-256" for "sha256".
func hashName(name string) string {
	upper := strings.ToUpper(name)
	if digits, ok := strings.CutPrefix(upper, "SHA"); ok && digits != "" && digits[0] >= '1' && digits[0] <= '9' && !strings.HasPrefix(digits, "3-") {
		return "SHA-" + digits
	}
	return upper
}

// hashBytes is the length of a hash's output; 0 for one that is not among
// those of FIPS 180-4 and FIPS 202.
func hashBytes(hash string) int {
	switch hash {
	case "SHA-1":
		return 20
	case "SHA-224", "SHA-512/224", "SHA3-224":
		return 28
	case "SHA-256", "SHA-512/256", "SHA3-256", "SHAKE128":
		return 32
	case "SHA-384", "SHA3-384":
		return 48
	case "SHA-512", "SHA3-512", "SHAKE256":
		return 64
	}
	return 0
}
