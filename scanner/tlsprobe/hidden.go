package tlsprobe

import (
	"context"
	"fmt"
	"io"
	"net"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	ztls "github.com/zmap/zcrypto/tls"
	"github.com/zmap/zcrypto/x509"
)

// hiddenChain gets the chain of a server that shows it in TLS 1.3 alone, where
// it is encrypted and takes a whole handshake. Where an older version showed
// one in clear, no handshake is spent.
func (s *session) hiddenChain() {
	found := s.found[tls13]
	what := tls13.name + " chain"
	switch {
	case !accepted(found):
		return
	case len(s.certs.list) > 0:
		s.notPut(what)
		return
	case s.stopped != nil:
		s.missed(what, *s.stopped)
		return
	}
	config, ok := s.handshakeConfig(found)
	if !ok {
		s.missed(what, scanner.Failure{
			Reason: scanner.ReasonUncomputable,
			Detail: "a handshake needs a suite and a group that we compute; the server takes others only",
		})
		return
	}
	chain, f := s.handshake(config)
	if f != nil {
		s.missed(what, *f)
		return
	}
	s.certs.see(tls13, config.ServerName, "", chain)
}

// handshakeConfig picks what both the server and zcrypto can do.
func (s *session) handshakeConfig(found *scanner.TLSVersion) (*ztls.Config, bool) {
	c := &ztls.Config{
		InsecureSkipVerify: true, // we look, we do not trust
		MinVersion:         ztls.VersionTLS13,
		MaxVersion:         ztls.VersionTLS13,
		ServerName:         s.name(),
		RootCAs:            x509.NewCertPool(), // none: the system's need not be loaded

		ExplicitCurvePreferences: true, // none of the library's own choice
	}
	for _, name := range found.Suites {
		switch suite, _ := iana.SuiteByName(name); suite.Code {
		case ztls.TLS_AES_128_GCM_SHA256, ztls.TLS_AES_256_GCM_SHA384, ztls.TLS_CHACHA20_POLY1305_SHA256:
			c.CipherSuites = append(c.CipherSuites, suite.Code)
		}
	}
	// The first is the one whose share is sent.
	for _, g := range []ztls.CurveID{ztls.X25519, ztls.CurveP256, ztls.CurveP384, ztls.CurveP521,
		ztls.X25519MLKEM768, ztls.SecP256r1MLKEM768, ztls.SecP384r1MLKEM1024, ztls.MLKEM1024} {
		for _, name := range found.Groups {
			if name == groupName(uint16(g)) {
				c.CurvePreferences = append(c.CurvePreferences, g)
			}
		}
	}
	return c, len(c.CipherSuites) > 0 && len(c.CurvePreferences) > 0
}

// handshake makes one and takes the server's certificates, whether or not the
// rest of it succeeds.
func (s *session) handshake(config *ztls.Config) ([][]byte, *scanner.Failure) {
	ctx, cancel := context.WithTimeout(s.ctx, s.p.timeout)
	defer cancel()
	conn, r, failed := s.open(ctx)
	if failed != nil {
		return nil, &failed.failure
	}
	defer conn.Close()
	// Only the raw connection's deadline frees a handshake: zcrypto's Close
	// waits for the mutex that its Handshake holds.
	defer bind(ctx, conn)()
	client := ztls.Client(&upgraded{Conn: conn, r: io.LimitReader(r, 1<<20)}, config)
	err := client.Handshake()
	if log := client.GetHandshakeLog(); log != nil && log.ServerCertificates != nil {
		if leaf := log.ServerCertificates.Certificate.Raw; len(leaf) > 0 {
			chain := [][]byte{leaf}
			for _, c := range log.ServerCertificates.Chain {
				chain = append(chain, c.Raw)
			}
			return chain, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("the server showed no certificate")
	}
	return nil, &scanner.Failure{Stage: scanner.StageHandshake, Reason: s.handshakeReason(err), Detail: err.Error()}
}

// handshakeReason sorts a failed handshake. An alert after the server named a
// suite and a group means that it signs with none of the schemes zcrypto
// knows.
func (s *session) handshakeReason(err error) scanner.Reason {
	if r := s.reason(err); r != scanner.ReasonInternal {
		return r
	}
	return scanner.ReasonUncomputable
}

// upgraded is a connection with a reader of its own: what was read ahead of it
// comes first.
type upgraded struct {
	net.Conn
	r io.Reader
}

func (u *upgraded) Read(p []byte) (int, error) { return u.r.Read(p) }
