package tlsprobe

import (
	"crypto/tls"
	"slices"
	"testing"
)

// A server may look among the schemes of the handshake for how its chain is signed, and
// then has nothing for who names none of its issuer's kind: of what was seen, only what
// the suites can sign with is left out. (So Erlang's ssl 10.8 does with several keys.)
func TestUnseenSchemes(t *testing.T) {
	all := New(nil, Options{})
	signed := []uint16{uint16(tls.PKCS1WithSHA256), uint16(tls.PSSWithSHA256), uint16(tls.ECDSAWithP256AndSHA256), 0x0807}
	for _, row := range []struct {
		name   string
		suites []uint16
		struck []uint16
	}{
		{"RSA", []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, signed[:2]},
		{"ECDSA, and EdDSA with it", []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}, signed[2:]},
		{"both", []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, signed},
	} {
		l := &listing{session: &session{p: all}, signed: slices.Clone(signed)}
		same(t, row.name, without(all.questions.schemes, row.struck), l.unseenSchemes(row.suites))
	}
}
