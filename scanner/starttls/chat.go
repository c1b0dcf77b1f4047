package starttls

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

const xmppTLS = "urn:ietf:params:xml:ns:xmpp-tls"

// xmppClient and xmppServer are RFC 6120 section 5.
func xmppClient(t *Talk) error { return t.xmpp("jabber:client") }
func xmppServer(t *Talk) error { return t.xmpp("jabber:server") }

func (t *Talk) xmpp(namespace string) error {
	var to strings.Builder
	if err := xml.EscapeText(&to, []byte(t.Host)); err != nil {
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
	t.Required = new(strings.Contains(features, "<required"))
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
func (t *Talk) markup(last func(tag string) bool) (string, error) {
	var b strings.Builder
	for begin := 0; b.Len() < 4*maxLine; {
		c, err := t.r.ReadByte()
		if errors.Is(err, io.EOF) && b.Len() > 0 {
			return "", t.lost(b.String())
		}
		if err != nil {
			return "", fmt.Errorf("reading a reply of %s: %w", t.Scheme, err)
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

// irc is the STARTTLS command that servers took before the port of its own
// (IRCv3 "tls", deprecated): 670 is yes, other numbers mean no. Some say
// nothing to a command that they do not know, so the list of capabilities is
// asked for beside it: it names "tls" or is answer enough.
func irc(t *Talk) error {
	if err := t.say("CAP LS\r\nSTARTTLS\r\n"); err != nil {
		return err
	}
	for range maxLines {
		line, err := t.line()
		if err != nil {
			return err
		}
		if t.banner == "" {
			t.banner = scanner.Escape(line)
		}
		f := strings.Fields(line)
		switch {
		case len(f) == 0:
			return t.lost(line)
		case f[0] == "ERROR":
			return t.busy(line)
		case len(f) > 1 && f[1] == "670":
			return nil
		case len(f) > 1 && f[1] == "CAP" && !slices.ContainsFunc(f, isTLSCapability):
			return t.none()
		case len(f) > 1 && isNumeric(f[1]) && !slices.Contains(f, "CAP"): // unless it is CAP that is unknown
			return t.none()
		case f[0] != "NOTICE" && f[0] != "PING" && f[0] != "CAP" && f[0][0] != ':':
			return t.lost(line)
		}
	}
	return t.none()
}

func isTLSCapability(word string) bool { return word == "tls" || word == ":tls" }

// isNumeric tells a reply's number, RFC 2812 section 2.4.
func isNumeric(word string) bool { return len(word) == 3 && strings.Trim(word, "0123456789") == "" }
