package tlsprobe

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

const xmppTLS = "urn:ietf:params:xml:ns:xmpp-tls"

// xmppClient and xmppServer are RFC 6120 section 5.
func xmppClient(t *talk) error { return t.xmpp("jabber:client") }
func xmppServer(t *talk) error { return t.xmpp("jabber:server") }

func (t *talk) xmpp(namespace string) error {
	var to strings.Builder
	if err := xml.EscapeText(&to, []byte(t.host)); err != nil {
		return err
	}
	if err := t.say("<?xml version='1.0'?><stream:stream xmlns='" + namespace + "' " +
		"xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='" + to.String() + "'>"); err != nil {
		return err
	}
	features, err := t.markup(func(tag string) bool {
		return tag == "</stream:features>" || tag == "</stream:stream>" || strings.HasPrefix(tag, "<stream:features") && strings.HasSuffix(tag, "/>")
	})
	switch {
	case err != nil:
		return err
	case strings.Contains(features, "<stream:error"):
		return t.fail(xmppReason(features), features)
	case !strings.Contains(features, xmppTLS):
		return t.none()
	}
	t.required = yes(strings.Contains(features, "<required"))
	if err := t.say("<starttls xmlns='" + xmppTLS + "'/>"); err != nil {
		return err
	}
	answer, err := t.markup(func(string) bool { return true })
	switch {
	case err != nil:
		return err
	case strings.HasPrefix(strings.TrimSpace(answer), "<proceed"):
		return nil
	}
	return t.none()
}

// xmppReason sorts the conditions of a stream error, RFC 6120 section 4.9.3.
func xmppReason(text string) scanner.Reason {
	for _, later := range []string{"<resource-constraint", "<policy-violation", "<system-shutdown", "<connection-timeout", "<internal-server-error", "<reset"} {
		if strings.Contains(text, later) {
			return scanner.ReasonThrottled
		}
	}
	return scanner.ReasonDenied // a name it does not serve: <host-unknown/>, <host-gone/>, <improper-addressing/>
}

// markup reads tags up to the one that is last, and returns all it read.
func (t *talk) markup(last func(tag string) bool) (string, error) {
	var b strings.Builder
	for begin := 0; b.Len() < 4*maxLine; {
		c, err := t.r.ReadByte()
		if errors.Is(err, io.EOF) && b.Len() > 0 {
			return "", t.lost(b.String())
		}
		if err != nil {
			return "", fmt.Errorf("reading a reply of %s: %w", t.protocol, err)
		}
		if c == '<' {
			begin = b.Len()
		}
		b.WriteByte(c)
		if all := b.String(); c == '>' && last(all[begin:]) {
			return all, nil
		}
	}
	return "", t.fail(scanner.ReasonTooLarge, b.String())
}
