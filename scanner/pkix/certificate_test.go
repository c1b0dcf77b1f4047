package pkix_test

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"testing"

	"github.com/fipsweep/fipsweep/scanner/pkix"
)

func TestSmoke(t *testing.T) {
	data, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		t.Skip(err)
	}
	for {
		var b *pem.Block
		b, data = pem.Decode(data)
		if b == nil {
			break
		}
		c := pkix.Certificate(b.Bytes)
		g, err := x509.ParseCertificate(b.Bytes)
		if err != nil || c.Problem != "" || !c.SelfSigned || !c.CA {
			t.Errorf("%+v %v", c, err)
			continue
		}
		if g.Subject.String() != c.Subject {
			t.Log(g.Subject.String(), "|", c.Subject)
		}
		if !g.NotAfter.Equal(c.NotAfter) {
			t.Error(c)
		}
	}
}
