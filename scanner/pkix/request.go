package pkix

import (
	"errors"
	"fmt"

	"github.com/fipsweep/fipsweep/scanner"
)

// Request tells the facts of a certification request (RFC 2986), and of the
// key that it asks a certificate for.
func Request(der []byte) (scanner.Request, scanner.Key, error) {
	s, err := openSigned(der)
	if err != nil {
		return scanner.Request{}, scanner.Key{}, fmt.Errorf("no certification request: %w", err)
	}
	var r scanner.Request
	r.SignatureAlgorithm, r.SignatureOID, r.PSS = s.algorithm.signature()
	tbs := s.tbs.body
	if _, ok := tbs.small(); !ok {
		return r, scanner.Key{}, errors.New("no certification request: the version is unreadable")
	}
	subject, ok := tbs.read(tagSequence)
	if ok {
		r.Subject, _, ok = distinguishedName(subject.body)
	}
	if !ok {
		return r, scanner.Key{}, errors.New("no certification request: the subject is unreadable")
	}
	spki, ok := tbs.read(tagSequence)
	if !ok {
		return r, scanner.Key{}, errors.New("no certification request: the public key is unreadable")
	}
	key, err := PublicKey(spki.full)
	if err != nil {
		return r, key, fmt.Errorf("no certification request: %w", err)
	}
	if attributes, ok := tbs.read(explicit(0)); ok {
		r.Names = requestedNames(attributes.body)
	}
	return r, key, nil
}

// requestedNames finds the subject alternative names among the attributes:
// extensionRequest (RFC 2985 section 5.4.2) holds the extensions asked for.
func requestedNames(attributes reader) []string {
	for len(attributes) > 0 {
		attr, ok := attributes.read(tagSequence)
		if !ok {
			return nil
		}
		if oid, _ := attr.body.oid(); oid != "1.2.840.113549.1.9.14" {
			continue
		}
		values, _ := attr.body.read(tagSet)
		list, _ := values.body.read(tagSequence)
		for len(list.body) > 0 {
			oid, value, ok := list.body.extension()
			if !ok {
				return nil
			}
			if oid == oidSubjectAltName {
				return altNames(value)
			}
		}
	}
	return nil
}

// CRL tells who signed a certificate revocation list (RFC 5280 section 5) and
// how. The serial numbers in it are not facts of a posture.
func CRL(der []byte) (scanner.Request, error) {
	s, err := openSigned(der)
	if err != nil {
		return scanner.Request{}, fmt.Errorf("no revocation list: %w", err)
	}
	var r scanner.Request
	r.SignatureAlgorithm, r.SignatureOID, r.PSS = s.algorithm.signature()
	tbs := s.tbs.body
	tbs.read(tagInteger) // version, absent in version 1
	if _, ok := tbs.algorithm(); !ok {
		return r, errors.New("no revocation list: the inner signature algorithm is unreadable")
	}
	issuer, ok := tbs.read(tagSequence)
	if ok {
		r.Subject, _, ok = distinguishedName(issuer.body)
	}
	if !ok {
		return r, errors.New("no revocation list: the issuer is unreadable")
	}
	if _, ok := tbs.time(); !ok {
		return r, errors.New("no revocation list: the date is unreadable")
	}
	return r, nil
}
