package keystore

import (
	"crypto/hmac"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

const oidPBMAC1 = "1.2.840.113549.1.5.14"

// macData is what protects the integrity of a PKCS#12 file: MacData of RFC
// 7292 section 4, or PBMAC1 in its place (RFC 9579).
type macData struct {
	digest     algorithm
	sum, salt  []byte
	iterations int

	pbmac1 bool
	kdf    kdf
	hmac   string // PBMAC1's own algorithm
	err    error  // why it cannot be computed
}

func readMAC(in cryptobyte.String) (*macData, error) {
	m := &macData{iterations: 1}
	body, ok := fields(in)
	var info cryptobyte.String
	if !ok || !body.ReadASN1(&info, asn1.SEQUENCE) {
		return nil, damaged("the MAC is unreadable")
	}
	m.digest, ok = readAlgorithm(&info)
	if !ok || !info.ReadASN1Bytes(&m.sum, asn1.OCTET_STRING) || !body.ReadASN1Bytes(&m.salt, asn1.OCTET_STRING) {
		return nil, damaged("the MAC is unreadable")
	}
	if !body.Empty() && !body.ReadASN1Integer(&m.iterations) || m.iterations < 1 {
		return nil, damaged("the MAC's iteration count is unreadable")
	}
	if m.digest.oid == oidPBMAC1 {
		m.pbmac1 = true
		params, ok := fields(m.digest.params)
		if !ok {
			return nil, damaged("the parameters of PBMAC1")
		}
		derivation, okKDF := readAlgorithm(&params)
		scheme, okMAC := readAlgorithm(&params)
		if !okKDF || !okMAC {
			return nil, damaged("the parameters of PBMAC1")
		}
		m.hmac = scheme.oid
		m.kdf, m.err = readKDF(derivation)
	}
	return m, nil
}

// protection tells the MAC by the catalogue's names.
func (m *macData) protection() scanner.Protection {
	if m.pbmac1 {
		p := scanner.Protection{Scheme: "pkcs12-mac-pbmac1", KDF: m.kdf.name(), MAC: pkix.PRFName(m.hmac),
			Iterations: m.kdf.iterations, SaltBits: 8 * len(m.kdf.salt)}
		if m.kdf.oid == oidPBKDF2 {
			p.PRF = m.kdf.prfName()
		}
		return p
	}
	_, name := digestHash(m.digest.oid)
	p := scanner.Protection{Scheme: "pkcs12-mac-pkcs12kdf-" + strings.ToLower(name), KDF: "PKCS12-KDF", PRF: name,
		MAC: "HMAC-" + strings.Replace(name, "SHA-", "SHA", 1), Iterations: m.iterations, SaltBits: 8 * len(m.salt)}
	switch {
	case name == "SHA-1":
		p.Scheme = "pkcs12-mac-pkcs12kdf-sha1"
	case strings.HasPrefix(name, "SHA"):
		p.Scheme = "pkcs12-mac-pkcs12kdf-sha2"
	}
	return p
}

func (k kdf) name() string {
	switch k.oid {
	case oidPBKDF2:
		return "PBKDF2"
	case oidScrypt:
		return "scrypt"
	}
	return k.oid
}

func (k kdf) prfName() string {
	if k.prf == "" {
		return "HMAC-SHA1"
	}
	return pkix.PRFName(k.prf)
}

// verify tells by its error whether the password makes the MAC.
func (m *macData) verify(s *session, content []byte, p Password) error {
	var sum []byte
	if m.pbmac1 {
		switch h, ok := prfHash(m.hmac); {
		case m.err != nil:
			return m.err
		case !ok || m.hmac == "":
			return unknown("MAC %s", m.hmac)
		case p.null:
			return errPassword
		case m.kdf.keyLen == 0:
			return damaged("PBMAC1 without a key length")
		default:
			key, err := s.derive(m.kdf, p.bytes(), m.kdf.keyLen)
			if err != nil {
				return err
			}
			sum = mac(h, key, content)
		}
	} else {
		h, name := digestHash(m.digest.oid)
		if h == nil {
			return unknown("MAC over %s", name)
		}
		if err := s.spend(m.iterations); err != nil {
			return err
		}
		sum = mac(h, pkcs12Key(h, p.bmp(), m.salt, m.iterations, forMAC, h().Size()), content)
	}
	if !hmac.Equal(sum, m.sum) {
		return errPassword
	}
	return nil
}
