package fips

import (
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// authenticates is what the suites of TLS 1.2 call the use of a signature
// scheme: RFC 8422 section 5.10 has EdDSA under ECDSA, RFC 8446 section 4.2.3
// RSASSA-PSS under RSA.
func authenticates(scheme string) string {
	switch {
	case strings.HasPrefix(scheme, "rsa_"):
		return "RSA"
	case strings.HasPrefix(scheme, "ecdsa_"), scheme == "ed25519", scheme == "ed448":
		return "ECDSA"
	}
	return ""
}

// signs tells whether a key can sign with a scheme. In TLS 1.3 the name of a
// scheme settles the curve (RFC 8446 section 4.2.3).
func signs(scheme string, k scanner.Key, version string) bool {
	if curve, ok := strings.CutPrefix(scheme, "ecdsa_"); ok {
		curve, _, _ = strings.Cut(curve, "_")
		return k.Algorithm == "EC" && (version != scanner.TLSv13 || strings.EqualFold(strings.TrimSuffix(curve, "tls13"), k.Curve))
	}
	switch {
	case strings.HasPrefix(scheme, "rsa_pss_pss_"):
		return k.Algorithm == "RSASSA-PSS"
	case strings.HasPrefix(scheme, "rsa_pkcs1_"):
		return k.Algorithm == "RSA" && version != scanner.TLSv13
	case strings.HasPrefix(scheme, "rsa_pss_rsae_"):
		return k.Algorithm == "RSA"
	}
	plain := strings.NewReplacer("-", "", "_", "")
	return strings.EqualFold(plain.Replace(scheme), plain.Replace(k.Algorithm)) // ed25519, mldsa65, ...
}
