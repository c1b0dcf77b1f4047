package starttls

import (
	"encoding/binary"
	"fmt"
	"io"
)

// What an RDP client can ask for, [MS-RDPBCGR] section 2.2.1.1.1.
const (
	rdpOwnSecurity = 0
	rdpTLS         = 1 | 2 // TLS, with and without CredSSP
)

// rdp is the negotiation of [MS-RDPBCGR] section 2.2.1.1 within an X.224
// connection request. A server without TLS has RDP's own security.
func rdp(t *Talk) error {
	answer, err := t.rdpNegotiate(rdpTLS)
	if err == nil && answer == rdpTakesOwn {
		return t.none()
	}
	return err
}

// rdpAnswer is what a server will go on with.
type rdpAnswer int

const (
	rdpTakesOwn rdpAnswer = iota // RDP's own security
	rdpTakesTLS
	rdpInsists // it wants TLS, which was not asked for
)

// rdpNegotiate asks for these protocols.
func (t *Talk) rdpNegotiate(protocols byte) (rdpAnswer, error) {
	request := []byte{3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, protocols, 0, 0, 0}
	if err := t.say(string(request)); err != nil {
		return 0, err
	}
	body, err := t.tpkt()
	if err != nil {
		return 0, err
	}
	if len(body) < 7 || body[1]&0xf0 != 0xd0 {
		return 0, t.lost(string(body))
	}
	// Responses and failures are sections 2.2.1.2.1 and 2.2.1.2.2.
	const response, failure = 2, 3
	const required, notAllowed, noCertificate, requiredHybrid, requiredUser = 1, 2, 3, 5, 6
	negotiation := body[7:]
	if len(negotiation) < 8 { // of before negotiation
		return rdpTakesOwn, nil
	}
	switch kind, code := negotiation[0], negotiation[4]; {
	case kind == response && code == rdpOwnSecurity:
		return rdpTakesOwn, nil
	case kind == response && protocols != rdpOwnSecurity: // 1, 2 and 8 are TLS
		return rdpTakesTLS, nil
	case kind == failure && protocols != rdpOwnSecurity && (code == notAllowed || code == noCertificate):
		return rdpTakesOwn, nil
	case kind == failure && protocols == rdpOwnSecurity && (code == required || code == requiredHybrid || code == requiredUser),
		kind == response && protocols == rdpOwnSecurity: // some name TLS though nobody asked for it
		return rdpInsists, nil
	}
	return 0, t.lost(string(body))
}

// tpkt reads one packet of RFC 1006 section 6, without its header.
func (t *Talk) tpkt() ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(t.r, head); err != nil {
		return nil, fmt.Errorf("reading %s's confirmation: %w", t.Scheme, err)
	}
	n := int(binary.BigEndian.Uint16(head[2:]))
	if head[0] != 3 || n < 6 || n > maxLine {
		return nil, t.lost(string(head))
	}
	body := make([]byte, n-4)
	if _, err := io.ReadFull(t.r, body); err != nil {
		return nil, fmt.Errorf("reading %s's confirmation: %w", t.Scheme, err)
	}
	return body, nil
}

// An RDPChoice asks for RDP's own security, and has the server choose among its
// encryption methods.
type RDPChoice struct {
	Offered uint32 // ENCRYPTION_METHOD flags of [MS-RDPBCGR] section 2.2.1.3.3
	Method  uint32 // that the server chose; 0 is none
	Insists bool   // it wants TLS and chose nothing
}

// Dialogue leads to the choice, and never to TLS.
func (c *RDPChoice) Dialogue(t *Talk) error {
	answer, err := t.rdpNegotiate(rdpOwnSecurity)
	if c.Insists = err == nil && answer == rdpInsists; c.Insists || err != nil {
		return err
	}
	c.Method, err = t.rdpConnect(c.Offered)
	return err
}
