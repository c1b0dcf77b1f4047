package keystore

import (
	"context"
	"encoding/hex"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// PrivateKey opens an EncryptedPrivateKeyInfo (RFC 5958 section 3). The entry
// has the protection in any case, and the key if a password opened it.
func (o *Opener) PrivateKey(ctx context.Context, der []byte) (Entry, *scanner.Incomplete) {
	return o.one(o.session(ctx), der)
}

func (o *Opener) one(s *session, der []byte) (Entry, *scanner.Incomplete) {
	e := Entry{Kind: scanner.ItemPrivateKey}
	if err := s.shrouded(&e, der); err != nil {
		reason, detail := locked(err, o.given())
		return e, &scanner.Incomplete{What: "encrypted private key", Reason: reason, Detail: detail}
	}
	return e, nil
}

// readShrouded reads the two fields of EncryptedPrivateKeyInfo.
func readShrouded(der []byte) (a algorithm, sealed []byte, ok bool) {
	body, ok := fields(der)
	if !ok {
		return a, nil, false
	}
	if a, ok = readAlgorithm(&body); !ok {
		return a, nil, false
	}
	sealed, err := octets(&body, asn1.OCTET_STRING, asn1.OCTET_STRING.Constructed())
	return a, sealed, err == nil && body.Empty()
}

// shrouded fills in the protection of an encrypted key, and the key.
func (s *session) shrouded(e *Entry, der []byte) error {
	a, sealed, ok := readShrouded(der)
	if !ok {
		e.Problem = "no EncryptedPrivateKeyInfo"
		return damaged("no EncryptedPrivateKeyInfo")
	}
	protection, err := pkix.Protection(a.full)
	e.Protection = &protection
	if err != nil {
		e.Problem = err.Error()
		return damaged("%v", err)
	}
	p, err := s.try(func(p Password) error {
		plain, err := s.decrypt(a, sealed, p, isPKCS8)
		if err == nil {
			s.reduce(e, plain)
		}
		return err
	})
	if err == nil {
		protection.Opened = p.origin
	}
	return err
}

// dekModes are the ciphers of traditional PEM that we compute.
var dekModes = map[string]mode{
	"BF-CBC":       modeBF,
	"CAST5-CBC":    modeCAST5,
	"DES-CBC":      modeDES,
	"DES-EDE-CBC":  mode2TDEA,
	"DES-EDE3-CBC": mode3DES,
	"RC2-40-CBC":   modeRC2(5, 40),
	"RC2-64-CBC":   modeRC2(8, 64),
	"RC2-CBC":      modeRC2(16, 128),
	"AES-128-CBC":  modeAES(16),
	"AES-192-CBC":  modeAES(24),
	"AES-256-CBC":  modeAES(32),
}

// Traditional opens a key that OpenSSL encrypted the old way: dekInfo is the
// header of that name (RFC 1421 section 4.6.1.3), the key comes of one round
// of MD5. The entry has no protection but for how it was opened.
func (o *Opener) Traditional(ctx context.Context, dekInfo string, sealed []byte) (Entry, *scanner.Incomplete) {
	s := o.session(ctx)
	e := Entry{Kind: scanner.ItemPrivateKey, Protection: &scanner.Protection{}}
	name, text, _ := strings.Cut(dekInfo, ",")
	attempt := func(p Password) error {
		c, known := dekModes[strings.TrimSpace(name)]
		if !known {
			return unknown("cipher %s", scanner.Escape(strings.TrimSpace(name)))
		}
		iv, err := hex.DecodeString(strings.TrimSpace(text))
		if err != nil || len(iv) != c.iv {
			return damaged("the initialisation vector in DEK-Info")
		}
		plain, err := c.open(bytesToKey(p.bytes(), iv[:8], c.key), iv, sealed)
		if err != nil {
			return err
		}
		if pkix.KindOf(plain) != scanner.ItemPrivateKey {
			return errPassword
		}
		s.private(&e, plain)
		return nil
	}
	p, err := s.try(attempt)
	if err != nil {
		reason, detail := locked(err, o.given())
		return e, &scanner.Incomplete{What: "encrypted private key", Reason: reason, Detail: detail}
	}
	e.Protection.Opened = p.origin
	return e, nil
}

// reduce takes the facts from a decrypted PKCS#8 structure.
func (s *session) reduce(e *Entry, plain []byte) {
	if e.Kind == scanner.ItemSecretKey {
		secretKey(e, plain)
		return
	}
	s.private(e, plain)
}

// secretKey takes the facts of a symmetric key that stands in the shape of
// PKCS#8, as Java writes it: its algorithm and its length.
func secretKey(e *Entry, plain []byte) {
	body, _ := fields(plain)
	version := 0
	if !body.ReadASN1Integer(&version) {
		return
	}
	a, ok := readAlgorithm(&body)
	var key cryptobyte.String
	if !ok || !body.ReadASN1(&key, asn1.OCTET_STRING) {
		e.Problem = "no secret key inside"
		return
	}
	e.Key = &scanner.Key{Algorithm: secretName(a.oid), OID: a.oid, Bits: 8 * len(key)}
}

// secretName names the algorithm of a symmetric key.
func secretName(oid string) string {
	switch {
	case oid == "2.16.840.1.101.3.4.1", strings.HasPrefix(oid, "2.16.840.1.101.3.4.1."):
		return "AES"
	case oid == "1.2.840.113549.3.7", oid == "1.3.14.3.2.17":
		return "3DES"
	case oid == "1.3.14.3.2.7":
		return "DES"
	case oid == oidRC2:
		return "RC2"
	}
	return pkix.PRFName(oid)
}
