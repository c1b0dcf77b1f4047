package tlswire

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzDecoder reads a stream whole and byte by byte: both must tell the same.
func FuzzDecoder(f *testing.F) {
	for _, name := range []string{"openssl-ecdhe.bin", "openssl-dh-anon.bin", "openssl-retry.bin", "openssl-alert.bin"} {
		f.Add(real(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		whole, _ := messages(t, data, len(data)+1)
		bytewise, _ := messages(t, data, 1)
		if diff := cmp.Diff(whole, bytewise); diff != "" {
			t.Errorf("at once, and byte by byte:\n%s", diff)
		}
		for _, m := range whole {
			_ = m.Alert.String()
		}
	})
}

// FuzzMessages gives every reader of a message the same bytes.
func FuzzMessages(f *testing.F) {
	for _, name := range []string{"openssl-ecdhe.bin", "openssl-dh-anon.bin", "openssl-retry.bin"} {
		d := new(Decoder)
		_, _ = d.Write(real(f, name))
		for m, err := d.Next(); err == nil; m, err = d.Next() {
			f.Add(m.Body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if h, err := ParseServerHello(body); err == nil {
			_, _ = h.Group()
			_, _ = h.Share()
			_, _, _ = h.Negotiated(), h.Retry(), h.Speaks13()
		} else if !errors.Is(err, ErrMalformed) {
			t.Error(err)
		}
		_, _ = ParseCertificate(body)
		_, _, _ = ParseCertificate13(body)
		_, _ = ParseEncryptedExtensions(body)
		_, _ = ParseCertificateRequest13(body)
		_, _ = ParseCertificateVerify(body)
		_, _ = ParseNewTicket13(body)
		for version := VersionSSL3; version <= VersionTLS12; version++ {
			_, _ = ParseCertificateRequest(body, version)
			for params := NoParams; params <= OtherParams; params++ {
				for _, bits := range []bool{false, true} {
					_, _ = ParseServerKeyExchange(body, Shape{params, bits, !bits}, version)
					_, _ = ParseServerKeyExchange(body, Shape{params, bits, bits}, version)
				}
			}
		}
	})
}

// FuzzSSL2 reads an SSLv2 server's first bytes.
func FuzzSSL2(f *testing.F) {
	f.Add(unhex("8011040001000200020003000130000700c099"))
	f.Add(unhex("00130204000100020002000300013000" + "0700c0990000"))
	f.Add(unhex("8003000001"))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := ParseSSL2ServerHello(data)
		if err == nil && len(h.Raw) > len(data) {
			t.Errorf("%d bytes from %d", len(h.Raw), len(data))
		}
	})
}
