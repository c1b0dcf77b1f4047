package sshfile

import (
	"fmt"
	"strconv"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// CertificateOf reads what a certificate of OpenSSH's says beside the key that
// it certifies. It is nil for a blob that is no certificate. The signature is
// not checked.
func CertificateOf(blob []byte) (*scanner.SSHCertificate, error) {
	key, err := sshwire.ParsePublicKey(blob)
	if err != nil {
		return nil, err
	}
	if _, ok := sshwire.PlainType(key.Type); !ok {
		return nil, nil
	}
	c, err := sshwire.ParseCertificate(blob)
	if err != nil {
		return nil, err
	}
	found := &scanner.SSHCertificate{
		Type: scanner.Escape(c.Type), SHA256: scanner.Digest(blob), Serial: strconv.FormatUint(c.Serial, 10),
		Kind: strconv.FormatUint(uint64(c.Kind), 10), ID: scanner.Escape(c.ID), Principals: escapeAll(c.Principals),
		Critical: escapeAll(c.Critical), Extensions: escapeAll(c.Extensions), Signature: scanner.Escape(c.Signature.Format),
	}
	switch c.Kind {
	case sshwire.CertificateUser:
		found.Kind = "user"
	case sshwire.CertificateHost:
		found.Kind = "host"
	}
	after, before := c.Validity()
	found.ValidAfter, found.ValidBefore = unlessZero(after), unlessZero(before)
	found.CA, err = signer(c.CA)
	return found, err
}

// signer is the facts of the key that signed a certificate.
func signer(blob []byte) (scanner.HostKey, error) {
	key, err := sshwire.ParsePublicKey(blob)
	if err != nil {
		return scanner.HostKey{SHA256: scanner.Digest(blob)}, fmt.Errorf("signature key: %w", err)
	}
	return HostKeyOf(key, blob), nil
}

// HostKeyOf is what a key of a host, or of who certifies one, says of itself;
// blob is its encoding.
func HostKeyOf(key sshwire.PublicKey, blob []byte) scanner.HostKey {
	h := scanner.HostKey{Type: scanner.Escape(key.Type), Bits: key.Bits, Curve: key.Curve, SHA256: scanner.Digest(blob)}
	if spki := key.SPKI(); spki != nil {
		h.SPKI = scanner.Digest(spki)
	}
	if key.Type == sshwire.TypeRSA {
		h.Modulus, h.Exponent = key.N.Text(16), key.E.String()
	}
	return h
}

func escapeAll(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, scanner.Escape(s))
	}
	return out
}

func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
