package remedy

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A signer is how keys of one algorithm sign, the best first.
type signer struct {
	algorithm, curve string // curve "" for any
	schemes          []string
}

func signers() []signer {
	ecdsa := []string{"ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512"}
	rsa := []string{
		"rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512",
		"rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512",
	}
	return []signer{
		{"EC", "secp256r1", ecdsa}, {"EC", "secp384r1", ecdsa}, {"EC", "secp521r1", ecdsa},
		{"Ed25519", "", []string{"ed25519"}}, {"Ed448", "", []string{"ed448"}},
		{"RSA", "", rsa},
		{"RSASSA-PSS", "", []string{"rsa_pss_pss_sha256", "rsa_pss_pss_sha384", "rsa_pss_pss_sha512"}},
	}
}

// schemes are the signature schemes to leave, one at least for each kind of
// certificate that was seen, since without one it is of no use; and whether
// they must be named: OpenSSL's level 2 ends those with SHA-1 and MD5 by
// itself, and most days all others pass.
func (w *writer) schemes(t *scanner.TLS, level2 bool) (list []string, named bool) {
	fails := func(name string) bool { return w.judge.StatusOf(schemeKind, name).IsFinding() }
	for _, v := range t.Versions {
		named = named || slices.ContainsFunc(v.SignatureSchemes, func(s string) bool { return fails(s) && !(level2 && below112(s)) })
	}
	for _, s := range signers() {
		if !slices.ContainsFunc(t.Chains, s.signs) && len(t.Chains) > 0 {
			continue
		}
		kept, _ := w.pick(schemeKind, s.schemes)
		if len(kept) == 0 {
			kept = s.schemes // the certificate's own fault
		}
		list = addNew(list, kept...)
		named = named || slices.ContainsFunc(append(slices.Clone(s.schemes), "rsa_pkcs1_sha224", "ecdsa_sha224"), fails)
	}
	return list, named && len(list) > 0
}

// below112 tells whether a scheme's hash gives less than 112 bits, which
// OpenSSL's level 2 asks for.
func below112(scheme string) bool {
	return strings.HasSuffix(scheme, "sha1") || strings.HasSuffix(scheme, "md5")
}

func (s signer) signs(c scanner.Chain) bool {
	if len(c.Certificates) == 0 {
		return false
	}
	k := c.Certificates[0].Key
	return k.Algorithm == s.algorithm && (s.curve == "" || curveName(k.Curve) == s.curve)
}

// curveName is the registry's name of a curve of NIST.
func curveName(name string) string {
	switch strings.ToUpper(strings.ReplaceAll(name, "-", "")) {
	case "P256", "PRIME256V1", "SECP256R1":
		return "secp256r1"
	case "P384", "SECP384R1":
		return "secp384r1"
	case "P521", "SECP521R1":
		return "secp521r1"
	}
	return name
}

// passing are the schemes that were seen and pass.
func passing(w *writer, t *scanner.TLS) []string {
	var list []string
	for _, v := range t.Versions {
		for _, s := range v.SignatureSchemes {
			if !w.judge.StatusOf(schemeKind, s).IsFinding() {
				list = addNew(list, s)
			}
		}
	}
	return list
}
