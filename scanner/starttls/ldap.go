package starttls

import (
	"fmt"
	"io"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// startTLS is the extended operation of RFC 4511 section 4.14 as message 3.
const startTLS = "\x30\x1d\x02\x01\x03\x77\x18\x80\x161.3.6.1.4.1.1466.20037"

func ldap(t *Talk) error {
	if t.Curious {
		if err := t.searches(); err != nil {
			return err
		}
	}
	result, err := t.extended()
	// OpenLDAP may be busy yet with a search whose result it has sent.
	for again := range 10 {
		if err != nil || result != ldapOperationsError || !t.Curious {
			break
		}
		time.Sleep(time.Duration(again) * 2 * time.Millisecond)
		result, err = t.extended()
	}
	switch {
	case err != nil:
		return err
	case result == ldapSuccess:
		return nil
	case result == ldapBusy:
		return t.busy(fmt.Sprintf("result code %d", result))
	}
	// protocolError is a server that knows no TLS; unavailable one that was
	// given no certificate, as Active Directory has it (RFC 4511 section
	// 4.14.2). Both serve LDAP in clear.
	return t.none()
}

// extended asks for TLS and gives the result.
func (t *Talk) extended() (int, error) {
	if err := t.say(startTLS); err != nil {
		return 0, err
	}
	message, err := t.element()
	if err != nil {
		return 0, err
	}
	result, ok := ldapResult(message, ldapExtended)
	if !ok {
		return 0, t.lost(string(message))
	}
	return result, nil
}

// Responses that end an operation: [APPLICATION 24] and [APPLICATION 5] of RFC
// 4511 sections 4.12 and 4.5.2.
const (
	ldapExtended   = 0x78
	ldapSearchDone = 0x65
)

// ldapResult is the result code of such a response in an LDAPMessage, RFC 4511
// section 4.1.1.
func ldapResult(message []byte, response byte) (int, bool) {
	kind, body, ok := ldapOperation(message)
	if !ok || kind != response {
		return 0, false
	}
	tag, code, _, ok := ber(body)
	if !ok || tag != 0x0a || len(code) != 1 {
		return 0, false
	}
	return int(code[0]), true
}

// ldapFound tells whether a message is an entry or a reference that a search
// found.
func ldapFound(message []byte) bool {
	kind, _, ok := ldapOperation(message)
	return ok && (kind == 0x64 || kind == 0x73)
}

// ldapOperation is the kind and content of what an LDAPMessage holds.
func ldapOperation(message []byte) (kind byte, body []byte, ok bool) {
	tag, body, _, ok := ber(message)
	if !ok || tag != 0x30 {
		return 0, nil, false
	}
	if tag, _, body, ok = ber(body); !ok || tag != 0x02 { // messageID
		return 0, nil, false
	}
	kind, body, _, ok = ber(body)
	return kind, body, ok
}

// ber takes one element off the front. Active Directory writes each length in
// four bytes, which DER and so cryptobyte refuses.
func ber(b []byte) (tag byte, content, rest []byte, ok bool) {
	if len(b) < 2 {
		return 0, nil, nil, false
	}
	tag, n, b := b[0], int(b[1]), b[2:]
	if n&0x80 != 0 {
		k := n & 0x7f
		if k == 0 || k > 4 || len(b) < k {
			return 0, nil, nil, false
		}
		n = 0
		for _, c := range b[:k] {
			n = n<<8 | int(c)
		}
		b = b[k:]
	}
	if n > len(b) {
		return 0, nil, nil, false
	}
	return tag, b[:n], b[n:], true
}

// element reads one BER element with a definite length.
func (t *Talk) element() ([]byte, error) {
	head, err := t.r.Peek(2)
	if err != nil {
		return nil, fmt.Errorf("reading a reply of %s: %w", t.Scheme, err)
	}
	n, size := int(head[1]), 2
	if head[1]&0x80 != 0 {
		k := int(head[1] & 0x7f)
		if k == 0 || k > 4 {
			return nil, t.lost(string(head))
		}
		if head, err = t.r.Peek(2 + k); err != nil {
			return nil, fmt.Errorf("reading a reply of %s: %w", t.Scheme, err)
		}
		n, size = 0, 2+k
		for _, b := range head[2:] {
			n = n<<8 | int(b)
		}
	}
	if n > maxLine {
		return nil, t.fail(scanner.ReasonTooLarge, string(head))
	}
	message := make([]byte, size+n)
	if _, err := io.ReadFull(t.r, message); err != nil {
		return nil, fmt.Errorf("reading a reply of %s: %w", t.Scheme, err)
	}
	return message, nil
}

// Searches of RFC 4511 section 4.5.1, of one entry itself, without attributes,
// where objectClass is present: message 1 for the root DSE, which any client
// may read, and message 2 for an entry that no directory has.
const (
	searchRoot   = "\x30\x2a\x02\x01\x01\x63\x25\x04\x00\x0a\x01\x00\x0a\x01\x00\x02\x01\x01\x02\x01\x05\x01\x01\x00\x87\x0bobjectClass\x30\x05\x04\x031.1"
	searchNobody = "\x30\x3d\x02\x01\x02\x63\x38\x04\x13cn=fipsweep.invalid\x0a\x01\x00\x0a\x01\x00\x02\x01\x01\x02\x01\x05\x01\x01\x00\x87\x0bobjectClass\x30\x05\x04\x031.1"
)

// Result codes of RFC 4511 appendix A.1.
const (
	ldapSuccess                 = 0
	ldapOperationsError         = 1
	ldapReferral                = 10
	ldapConfidentialityRequired = 13
	ldapNoSuchObject            = 32
	ldapBusy                    = 51
)

// searches looks up what tells whether a directory is read without TLS. A
// result that concerns who asks tells nothing.
func (t *Talk) searches() error {
	for _, search := range []string{searchRoot, searchNobody} {
		result, err := t.search(search)
		if err != nil {
			return err
		}
		switch result {
		case ldapConfidentialityRequired:
			t.Required = new(true)
			return nil
		case ldapSuccess, ldapReferral, ldapNoSuchObject:
			if search == searchNobody {
				t.Required = new(false)
			}
		default:
			return nil
		}
	}
	return nil
}

// search gives the result of a search, past the entries and references that it
// found.
func (t *Talk) search(request string) (int, error) {
	if err := t.say(request); err != nil {
		return 0, err
	}
	for range maxLines {
		message, err := t.element()
		if err != nil {
			return 0, err
		}
		if result, ok := ldapResult(message, ldapSearchDone); ok {
			return result, nil
		}
		if !ldapFound(message) {
			return 0, t.lost(string(message))
		}
	}
	return 0, t.fail(scanner.ReasonTooLarge, "entries without end")
}
