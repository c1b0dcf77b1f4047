package tlsprobe

import (
	"crypto/tls"
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// Of what was seen, that stays which a chain of the suites' own key is signed by.
func TestUnseenSchemes(t *testing.T) {
	chain := func(key string, algorithms ...string) (c scanner.Chain) {
		for _, a := range algorithms {
			c.Certificates = append(c.Certificates, scanner.Certificate{Key: scanner.Key{Algorithm: key}, SignatureAlgorithm: a})
			key = "RSA"
		}
		return c
	}
	const rsa, rsa1, pss, ecdsa, ed = 0x0401, 0x0201, 0x0804, 0x0403, 0x0807
	ofRSA, ofECDSA := uint16(tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256), uint16(tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
	for _, row := range []struct {
		name   string
		chains []scanner.Chain
		suites []uint16
		stays  []uint16
	}{
		{"ECDSA, by RSA", []scanner.Chain{chain("EC", "sha256WithRSAEncryption", "sha1WithRSAEncryption")}, []uint16{ofECDSA}, []uint16{rsa, rsa1}},
		{"ECDSA, by itself", []scanner.Chain{chain("EC", "ecdsa-with-SHA256")}, []uint16{ofECDSA}, nil},
		{"RSA, by ECDSA", []scanner.Chain{chain("RSA", "ecdsa-with-SHA256")}, []uint16{ofRSA}, []uint16{ecdsa}},
		{"RSA, beside ECDSA by RSA", []scanner.Chain{chain("RSA", "sha256WithRSAEncryption"), chain("EC", "sha256WithRSAEncryption")}, []uint16{ofRSA}, nil},
		{"both, by RSA", []scanner.Chain{chain("EC", "sha256WithRSAEncryption")}, []uint16{ofECDSA, ofRSA}, nil},
		{"Ed25519, by RSA", []scanner.Chain{chain("Ed25519", "sha256WithRSAEncryption")}, []uint16{ofECDSA}, []uint16{rsa}},
	} {
		p, signed := New(nil, Options{}), []uint16{rsa, rsa1, pss, ecdsa, ed}
		l := &listing{session: &session{p: p, certs: chains{list: row.chains}}, signed: slices.Clone(signed)}
		same(t, row.name, without(p.questions.schemes, without(signed, row.stays)), l.unseenSchemes(row.suites))
	}
}
