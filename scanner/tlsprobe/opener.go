package tlsprobe

import (
	"errors"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlskeys"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// An opener reads the encrypted part of a TLS 1.3 server's flight.
type opener struct {
	keys   *tlskeys.Schedule
	server *tlskeys.Sealer
	outer  *tlswire.Decoder // of records
	inner  *tlswire.Decoder // of what they held
}

// newOpener is nil where an answer is not followed by records that could be
// opened.
func newOpener(outer *tlswire.Decoder, hello []byte, a *answer) *opener {
	if a.outcome != chose || a.hello.Negotiated() != tlswire.VersionTLS13 || a.hello.Retry() {
		return nil
	}
	k, ok := tlskeys.New(hello, a.raw, &a.hello)
	if !ok {
		return nil
	}
	s, err := k.Server()
	if err != nil {
		return nil
	}
	return &opener{keys: k, server: s, outer: outer, inner: new(tlswire.Decoder)}
}

// take reads one record and tells whether it ended the flight.
func (o *opener) take(a *answer, m tlswire.Message) bool {
	switch {
	case m.Type == tlswire.TypeAlert: // a server that failed before it had keys
		return a.brokenOff(scanner.ReasonAlert, m.Alert.String())
	case m.Type != tlswire.TypeApplicationData:
		return a.brokenOff(scanner.ReasonGarbage, "a handshake message in clear after a server hello of TLS 1.3")
	}
	kind, content, err := o.server.Open(m.Body)
	if err != nil {
		return a.brokenOff(scanner.ReasonGarbage, err.Error())
	}
	record := []byte{byte(kind), 3, 3, byte(len(content) >> 8), byte(len(content))}
	if _, err := o.inner.Write(append(record, content...)); err != nil {
		return a.brokenOff(scanner.ReasonTooLarge, err.Error())
	}
	for {
		m, err := o.inner.Next()
		switch {
		case errors.Is(err, tlswire.ErrMore):
			return false
		case err != nil:
			return a.brokenOff(scanner.ReasonGarbage, err.Error())
		}
		if o.message(a, m) {
			return true
		}
	}
}

// message reads one message that was encrypted.
func (o *opener) message(a *answer, m tlswire.Message) bool {
	var err error
	o.keys.Heard(m.Raw)
	switch {
	case m.Type == tlswire.TypeAlert && a.whole: // after its Finished it may say goodbye
		return true
	case m.Type == tlswire.TypeAlert:
		return a.brokenOff(scanner.ReasonAlert, m.Alert.String())
	case m.Type != tlswire.TypeHandshake && a.whole:
		return true // application data
	case m.Type != tlswire.TypeHandshake:
		return a.brokenOff(scanner.ReasonGarbage, "no handshake message where one is due")
	case m.Handshake == tlswire.TypeEncryptedExts:
		a.opened = true
		a.inside.extensions, err = tlswire.ParseEncryptedExtensions(m.Body)
	case m.Handshake == tlswire.TypeCertificateReq:
		var r tlswire.CertificateRequest
		if r, err = tlswire.ParseCertificateRequest13(m.Body); err == nil {
			a.request = &r
		}
	case m.Handshake == tlswire.TypeCertificate:
		a.chain, a.inside.leaf, err = tlswire.ParseCertificate13(m.Body)
	case m.Handshake == tlswire.TypeCertVerify:
		a.scheme, err = tlswire.ParseCertificateVerify(m.Body)
	case m.Handshake == tlswire.TypeFinished:
		a.whole = true
		return true
	case m.Handshake == tlswire.TypeNewTicket:
		var list []tlswire.Extension
		if list, err = tlswire.ParseNewTicket13(m.Body); err == nil {
			a.tickets++
			a.early = a.early || has(list, tlswire.ExtEarlyData)
		}
	}
	if err != nil {
		return a.brokenOff(scanner.ReasonGarbage, err.Error())
	}
	return false
}
