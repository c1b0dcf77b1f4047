package sshprobe

import (
	"crypto/fips140"
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
	"github.com/fipsweep/fipsweep/scanner/sshfile"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// maxKeys is how many kinds of host key we take from one server. A server has
// three or four; a list of hundreds is there to make us connect hundreds of
// times.
const maxKeys = 16

// A keyQuestion asks for one host key by an algorithm that uses it.
type keyQuestion struct{ algorithm, keyType string }

func (q keyQuestion) what() string { return "ssh host key " + scanner.Escape(q.keyType) }

// keyQuestions makes one question for each key that the algorithms stand for,
// in the server's order, and says what it does not ask.
func keyQuestions(algorithms []string) (ask []keyQuestion, skipped []scanner.Incomplete) {
	seen := map[string]int{} // place in ask of each key type, -1 for those not asked
	for _, name := range algorithms {
		q := keyQuestion{algorithm: name, keyType: keyType(name)}
		i, known := seen[q.keyType]
		switch {
		case known && i >= 0 && preferred(name) && !preferred(ask[i].algorithm):
			ask[i].algorithm = name
		case known, name == "null": // RFC 4462 section 5: there is no key
		case len(seen) == maxKeys:
			more := scanner.Incomplete{What: "further ssh host keys", Reason: scanner.ReasonLimit, Detail: fmt.Sprintf("the server lists more than %d", maxKeys)}
			return ask, append(skipped, more)
		case notAKey(name):
			seen[name] = -1
			skipped = append(skipped, scanner.Incomplete{What: q.what(), Reason: scanner.ReasonUncomputable, Detail: "certificates of this form are not asked for"})
		default:
			seen[q.keyType] = len(ask)
			ask = append(ask, q)
		}
	}
	return ask, skipped
}

// keyType is the type of the key that an algorithm uses: there are many ways
// to sign with one RSA key (RFC 8332 section 3, and ssh.com's names).
func keyType(algorithm string) string {
	if plain, ok := sshwire.PlainType(algorithm); ok {
		// One key has one certificate, whichever way it signs.
		if plain = keyType(plain); plain == sshwire.TypeRSA {
			return "ssh-rsa-cert-v01@openssh.com"
		}
		return algorithm
	}
	switch {
	case notAKey(algorithm):
		return algorithm
	case algorithm == "rsa-sha2-256", algorithm == "rsa-sha2-512", strings.HasPrefix(algorithm, "ssh-rsa-sha"):
		return sshwire.TypeRSA
	case strings.HasPrefix(algorithm, "ssh-dss-sha"):
		return sshwire.TypeDSA
	}
	return algorithm
}

// preferred are the RSA algorithms whose signatures we verify and that a
// server is least likely to refuse.
func preferred(algorithm string) bool {
	return strings.HasPrefix(algorithm, "rsa-sha2-")
}

// notAKey tells the algorithms whose blob is neither a key nor a certificate
// that we read: OpenSSH's of before 2014, and X.509, SPKI and OpenPGP of RFC
// 6187 and RFC 4253 section 6.6.
func notAKey(algorithm string) bool {
	return strings.Contains(algorithm, "-cert-v00@") || strings.HasPrefix(algorithm, "x509v3-") ||
		strings.HasPrefix(algorithm, "spki-sign-") || strings.HasPrefix(algorithm, "pgp-sign-")
}

// addKey records a host key once, however often it was sent, alone or in a
// certificate.
func (s *survey) addKey(q keyQuestion, a answer) {
	found, err := hostKey(a.key, s.prober.known)
	if err != nil {
		s.missing(q.what(), scanner.Failure{Reason: scanner.ReasonGarbage, Detail: scanner.Escape(err.Error())})
		return
	}
	found.Proven = a.proven
	i := slices.IndexFunc(s.ssh.HostKeys, func(k scanner.HostKey) bool { return k.SHA256 == found.SHA256 })
	switch {
	case i < 0:
		s.ssh.HostKeys = append(s.ssh.HostKeys, found)
	case found.Certificate != nil && s.ssh.HostKeys[i].Certificate == nil:
		s.ssh.HostKeys[i].Certificate = found.Certificate
	default:
		return
	}
	what := "ssh host key " + found.Type
	if found.Certificate != nil {
		what = "ssh host certificate " + found.Certificate.Type
	}
	s.evidence(what, a.key)
}

// hostKey is the facts of a blob, which is a key or a certificate.
func hostKey(blob []byte, known *pkix.KnownKeys) (scanner.HostKey, error) {
	key, err := sshwire.ParsePublicKey(blob)
	if err != nil {
		return scanner.HostKey{}, err
	}
	if _, ok := sshwire.PlainType(key.Type); !ok {
		return keyFacts(key, blob, known), nil
	}
	c, err := sshwire.ParseCertificate(blob)
	if err != nil {
		return scanner.HostKey{}, err
	}
	found := keyFacts(c.Key, c.KeyBlob, known)
	found.Certificate, err = certificateFacts(c, blob, known)
	return found, err
}

// keyFacts is what the key says of itself, and by what its private half can be
// had.
func keyFacts(key sshwire.PublicKey, blob []byte, known *pkix.KnownKeys) scanner.HostKey {
	found := sshfile.HostKeyOf(key, blob)
	if spki := key.SPKI(); spki != nil {
		facts, _ := pkix.PublicKey(spki)
		found.Weak = append(facts.Weak, known.Of(spki)...)
	}
	return found
}

// certificateFacts is what the certificate says, and whether its signature
// holds.
func certificateFacts(c sshwire.Certificate, blob []byte, known *pkix.KnownKeys) (*scanner.SSHCertificate, error) {
	found, err := sshfile.CertificateOf(blob)
	if err != nil {
		return nil, err
	}
	ca, err := sshwire.ParsePublicKey(c.CA)
	if err != nil {
		return nil, err
	}
	found.CA = keyFacts(ca, c.CA, known)
	fips140.WithoutEnforcement(func() { found.CA.Proven = verifies(ca, c.Signature, c.Signed) })
	return found, nil
}

// kexinitFacts is the server's lists under the names that observations use.
func kexinitFacts(k sshwire.Kexinit) *scanner.Kexinit {
	return &scanner.Kexinit{
		KexAlgorithms:           escaped(k.KexAlgorithms),
		ServerHostKeyAlgorithms: escaped(k.ServerHostKeyAlgorithms),
		EncryptionClientServer:  escaped(k.EncryptionClientServer),
		EncryptionServerClient:  escaped(k.EncryptionServerClient),
		MACClientServer:         escaped(k.MACClientServer),
		MACServerClient:         escaped(k.MACServerClient),
		CompressionClientServer: escaped(k.CompressionClientServer),
		CompressionServerClient: escaped(k.CompressionServerClient),
		LanguagesClientServer:   escaped(k.LanguagesClientServer),
		LanguagesServerClient:   escaped(k.LanguagesServerClient),
		FirstKexPacketFollows:   k.FirstKexPacketFollows,
	}
}

func escaped(names []string) []string {
	if names == nil {
		return nil
	}
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = scanner.Escape(name)
	}
	return out
}
