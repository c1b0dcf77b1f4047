package tlsprobe

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A server may look among the schemes of the handshake for how its chain is signed, and
// heed no others for that, as Erlang's ssl (10.8) does with several keys, and Bouncy
// Castle (1.72). One with an ECDSA certificate that an RSA key has signed then has
// nothing for who names no scheme of RSA, however it would sign itself.

// unseenSchemes is the schemes without those seen, under suites. What the suites do not
// sign with, and chains of theirs are signed by, stays.
func (l *listing) unseenSchemes(suites []uint16) []uint16 {
	var keys []string
	for _, c := range suites {
		keys = add(keys, authentication(c))
	}
	return without(l.p.questions.schemes, slices.DeleteFunc(slices.Clone(l.signed), func(c uint16) bool {
		name := schemeName(c)
		return !slices.Contains(keys, signsFor(name)) && l.certs.signedBy(keys, name)
	}))
}

// signedBy tells whether a chain of keys of these kinds, as suites have them, has a
// certificate that is signed by a scheme.
func (c *chains) signedBy(keys []string, scheme string) bool {
	return slices.ContainsFunc(c.list, func(chain scanner.Chain) bool {
		return slices.Contains(keys, suiteKey(chain.Certificates[0].Key)) && slices.ContainsFunc(chain.Certificates, func(cert scanner.Certificate) bool {
			kind, hash := scheme[:strings.IndexByte(scheme+"_", '_')], scheme[strings.LastIndexByte(scheme, '_')+1:]
			switch name := strings.ToLower(cert.SignatureAlgorithm); kind {
			case "rsa":
				return strings.HasPrefix(scheme, "rsa_pkcs1_") && name == hash+"withrsaencryption"
			case "ecdsa":
				return name == "ecdsa-with-"+hash
			}
			return false
		})
	})
}

// suiteKey is what the names of suites call a key.
func suiteKey(k scanner.Key) string {
	switch {
	case k.Algorithm == "EC", strings.HasPrefix(k.Algorithm, "Ed"):
		return "ECDSA"
	case strings.HasPrefix(k.Algorithm, "RSA"):
		return "RSA"
	case k.Algorithm == "DSA":
		return "DSS"
	}
	return ""
}
