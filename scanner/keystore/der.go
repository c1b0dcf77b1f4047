package keystore

import (
	encoding "encoding/asn1"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

const context0 = asn1.Tag(0 | 0x80) // [0] IMPLICIT of something primitive

// An algorithm is an AlgorithmIdentifier.
type algorithm struct {
	oid    string
	params cryptobyte.String // the parameters' element; empty where there are none
	full   []byte
}

func readAlgorithm(in *cryptobyte.String) (a algorithm, ok bool) {
	var full, body cryptobyte.String
	if !in.ReadASN1Element(&full, asn1.SEQUENCE) {
		return a, false
	}
	a.full = full
	if !full.ReadASN1(&body, asn1.SEQUENCE) {
		return a, false
	}
	if a.oid, ok = readOID(&body); !ok {
		return a, false
	}
	a.params = body
	return a, true
}

func readOID(in *cryptobyte.String) (string, bool) {
	var oid encoding.ObjectIdentifier
	ok := in.ReadASN1ObjectIdentifier(&oid)
	return oid.String(), ok
}

// fields is the inside of the one SEQUENCE that der has to be.
func fields(der cryptobyte.String) (body cryptobyte.String, ok bool) {
	ok = der.ReadASN1(&body, asn1.SEQUENCE) && der.Empty()
	return body, ok
}

// isPKCS8 tells whether a plaintext is a PrivateKeyInfo (RFC 5958), which it
// hardly ever is by chance.
func isPKCS8(plain []byte) bool {
	body, ok := fields(plain)
	var version int
	if !ok || !body.ReadASN1Integer(&version) || version < 0 || version > 1 {
		return false
	}
	_, ok = readAlgorithm(&body)
	return ok && body.PeekASN1Tag(asn1.OCTET_STRING)
}

// octets reads what may stand as one OCTET STRING or as several in a row
// inside a constructed one.
func octets(in *cryptobyte.String, primitive, constructed asn1.Tag) (all []byte, err error) {
	var body cryptobyte.String
	if in.PeekASN1Tag(primitive) && in.ReadASN1(&body, primitive) {
		return body, nil
	}
	if !in.ReadASN1(&body, constructed) {
		return nil, errors.New("no octets")
	}
	for !body.Empty() {
		var piece cryptobyte.String
		if !body.ReadASN1(&piece, asn1.OCTET_STRING) {
			return nil, errors.New("no octets")
		}
		all = append(all, piece...)
	}
	return all, nil
}
