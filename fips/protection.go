package fips

import (
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

const protectionKind = "keystore-protection"

// trustStore is a JKS store without keys.
const trustStore = "JKS-truststore"

// protection rules on how a key or a store is kept at rest: on the scheme, and
// apart from it on each parameter that falls short of SP 800-132.
func (j *Judge) protection(d *docket, p scanner.Protection, digest, where string) {
	subject := Subject{protectionKind, p.Scheme}
	if p.Signature != "" {
		d.addOf(digest, j.sealed(p, subject), where)
		return
	}
	groups := [][]*Rule{j.rules.Named(protectionKind, schemeRule(p))}
	switch {
	case isPBKDF2(p):
		groups = j.pbkdf2(p)
	case p.KDF == "PBKDF2":
		groups = j.besides(groups, p)
	case p.Scheme == "pkcs12-mac-pbmac1": // over scrypt
		groups = append(groups, j.rules.Named(protectionKind, "PBES2-scrypt"))
	case len(groups[0]) == 0 && p.MAC != "":
		groups[0] = j.rules.Named("mac", p.MAC) // PKCS#12's over MD5
	case len(groups[0]) == 0 && p.Cipher != "":
		groups = j.apart(p)
	}
	class := ClassKeyAtRest
	if p.Scheme == trustStore { // that public certificates are kept well says nothing of how secrets are
		class = ClassCertInventory
	}
	for _, rules := range groups {
		d.addOf(digest, j.ruling(rules, subject, class), where)
	}
}

// sealed rules on a store that a signature keeps whole: what speaks against the
// algorithm speaks against it. What approves the algorithm asks for a strong
// key, too, which a store need not show.
func (j *Judge) sealed(p scanner.Protection, s Subject) Ruling {
	r := j.signature("", p.Signature, nil)
	if r.Status.Grade() == Pass {
		r = j.unclassified(nil, s, ClassKeyAtRest)
		r.Because = "A signature keeps it whole (" + p.Signature + "), whose key was not seen."
		r.Remedy = "See that the signer's key is RSA of 2048 bits or more, or on P-256, P-384 or P-521."
	}
	r.Subject, r.Class = s, ClassKeyAtRest
	return r
}

func isPBKDF2(p scanner.Protection) bool {
	return p.Scheme == "PBES2" && (p.KDF == "" || strings.EqualFold(p.KDF, "PBKDF2"))
}

// schemeRule names the rule for a scheme. Two schemes have a rule for each
// family of ciphers.
func schemeRule(p scanner.Protection) string {
	family := cipherFamily(p.Cipher)
	switch p.Scheme {
	case "PBES2":
		return "PBES2-" + strings.ToLower(p.KDF)
	case "PEM-traditional-DEK-Info", "OpenSSH-bcrypt":
		if family == "chacha20" {
			return p.Scheme + "-chacha20"
		}
		return p.Scheme + "-" + family
	}
	return p.Scheme
}

// pbkdf2 finds the rules that a PBES2 protection with PBKDF2 falls under. The
// approved ones ask for all of SP 800-132's parameters, so they hold only
// where nothing falls short. What PBES2 has no rule of its own for is ruled on
// by its cipher or its PRF.
func (j *Judge) pbkdf2(p scanner.Protection) [][]*Rule {
	short := j.short(p)
	and := func(kind, name string) [][]*Rule { return append(short, j.rules.Named(kind, name)) }
	prf := strings.ToUpper(strings.ReplaceAll(p.PRF, "-", ""))
	switch family := cipherFamily(p.Cipher); {
	case family == "3DES":
		return and(protectionKind, "PBES2-3DES")
	case family == "RC2" || family == "DES":
		return and(protectionKind, "PBES2-RC2-or-DES")
	case family != "AES":
		return and("cipher", p.Cipher)
	case prf == "" || prf == "HMACSHA1": // the default (RFC 8018 appendix A.2)
		return and(protectionKind, "PBES2-PBKDF2-SHA1-AES")
	case !strings.HasPrefix(prf, "HMACSHA"):
		return and("mac", p.PRF)
	case len(short) > 0:
		return short
	case authenticated(p.Cipher):
		return and(protectionKind, "PBES2-PBKDF2-AES-GCM-or-KWP")
	}
	return and(protectionKind, "PBES2-PBKDF2-SHA2-AES-CBC")
}

// shortNames are the rules about a PBKDF2 whose parameters are too small.
var shortNames = [...]string{"PBES2-salt-under-128-bits", "PBES2-iterations-under-1000", "PBES2-iterations-1000-to-9999"}

// short finds the rules about a PBKDF2 whose parameters are too small, whoever
// uses it.
func (j *Judge) short(p scanner.Protection) (short [][]*Rule) {
	for _, name := range shortNames {
		for _, r := range j.rules.Named(protectionKind, name) {
			if r.Bounds != nil && r.Bounds.holdsProtection(p) {
				short = append(short, []*Rule{r})
			}
		}
	}
	return short
}

// besides finds the rules that a PBKDF2 outside of PBES2 falls under, such as
// PBMAC1's. What approves the scheme takes it to be of SHA-2 or SHA-3 and not
// too small.
func (j *Judge) besides(scheme [][]*Rule, p scanner.Protection) [][]*Rule {
	less := j.short(p)
	for _, name := range []string{p.PRF, p.MAC} {
		plain := strings.ToUpper(strings.ReplaceAll(name, "-", ""))
		if name != "" && (!strings.HasPrefix(plain, "HMACSHA") || plain == "HMACSHA1") {
			less = append(less, j.rules.Named("mac", name))
		}
	}
	if len(less) > 0 && j.passes(scheme) {
		return less
	}
	return append(scheme, less...)
}

// apart finds the rules about a scheme that has none for its cipher: those
// about the cipher, unless it passes, which alone says nothing of a scheme.
func (j *Judge) apart(p scanner.Protection) [][]*Rule {
	cipher := [][]*Rule{j.rules.Named("cipher", p.Cipher)}
	if len(cipher[0]) > 0 && j.passes(cipher) {
		return [][]*Rule{nil}
	}
	return cipher
}

// passes tells whether nothing speaks against a scheme by itself.
func (j *Judge) passes(scheme [][]*Rule) bool {
	for _, rules := range scheme {
		if j.ruling(rules, Subject{}, ClassKeyAtRest).Status.IsFinding() {
			return false
		}
	}
	return true
}

// opened rules on the password that opened what holds a key, if it is one that
// anybody would try.
func (j *Judge) opened(d *docket, p scanner.Protection, digest, where string) {
	if p.Opened == scanner.OpenedEmpty || p.Opened == scanner.OpenedDefault {
		d.addOf(digest, j.named(protectionKind, "weak-password-known", ClassKeyAtRest), where)
	}
}

func authenticated(cipher string) bool {
	upper := strings.ToUpper(cipher)
	return strings.Contains(upper, "GCM") || strings.Contains(upper, "CCM") || strings.Contains(upper, "WRAP") || strings.Contains(upper, "KW")
}

// cipherFamily is the family in which the catalogue counts a cipher, whatever
// the spelling: "AES-256-CBC", "aes256-ctr", "des-EDE3-CBC".
func cipherFamily(cipher string) string {
	upper := strings.ToUpper(cipher)
	switch {
	case strings.Contains(upper, "CHACHA20"):
		return "chacha20"
	case strings.HasPrefix(upper, "AES"), strings.HasPrefix(upper, "ID-AES"):
		return "AES"
	case strings.Contains(upper, "EDE"), strings.HasPrefix(upper, "3DES"):
		return "3DES"
	case strings.HasPrefix(upper, "DES"):
		return "DES"
	case strings.HasPrefix(upper, "RC2"):
		return "RC2"
	}
	return cipher
}

// holdsProtection tells whether salt and iterations are within the bounds.
func (b *Bounds) holdsProtection(p scanner.Protection) bool {
	return p.SaltBits >= b.MinSaltBits && (b.MaxSaltBits == 0 || p.SaltBits <= b.MaxSaltBits) &&
		p.Iterations >= b.MinIterations && (b.MaxIterations == 0 || p.Iterations <= b.MaxIterations)
}
