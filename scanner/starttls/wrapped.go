package starttls

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// wrapped is the protocols that have TLS first or none, by scheme, each with
// the question that tells it where TLS is not spoken: the first of any client
// of it, and never a login. Each ends with Talk.none. Never written to.
var wrapped = map[string]Dialogue{
	"amqp":    amqp,
	"mongodb": mongodb,
	"redis":   redis,
}

// Wrapped is the question whether a server is the protocol of its scheme in
// clear, for protocols that have TLS first or none; nil for any other. Where it
// is, the talk ends with a *Declined that has it as Plain.
func Wrapped(scheme string) Dialogue { return wrapped[scheme] }

// amqp is the protocol header of AMQP 0-9-1, section 4.2.2: the server begins
// with connection.start, or says in a header which version it wants, as one of
// AMQP 1.0 does (section 2.2).
func amqp(t *Talk) error {
	if err := t.say("AMQP\x00\x00\x09\x01"); err != nil {
		return err
	}
	head := make([]byte, 8)
	if _, err := io.ReadFull(t.r, head); err != nil {
		return fmt.Errorf("reading amqp's answer: %w", err)
	}
	if string(head[:4]) == "AMQP" {
		t.banner = fmt.Sprintf("AMQP %d-%d-%d", head[5], head[6], head[7])
		return t.none()
	}
	// A frame of type method on channel 0, then class 10 (connection), method 10 (start).
	start := make([]byte, 3)
	if _, err := io.ReadFull(t.r, start); err != nil {
		return fmt.Errorf("reading amqp's answer: %w", err)
	}
	if string(head[:3]) != "\x01\x00\x00" || head[7] != 0 || string(start) != "\x0a\x00\x0a" {
		return t.lost(string(head))
	}
	t.banner = "AMQP 0-9-1"
	return t.none()
}

// isMaster is OP_QUERY number 1 of MongoDB's wire protocol, with which drivers
// begin: servers of every age answer it without a login.
const isMaster = "\x3a\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xd4\x07\x00\x00" +
	"\x00\x00\x00\x00admin.$cmd\x00\x00\x00\x00\x00\xff\xff\xff\xff" +
	"\x13\x00\x00\x00\x10isMaster\x00\x01\x00\x00\x00\x00"

func mongodb(t *Talk) error {
	if err := t.say(isMaster); err != nil {
		return err
	}
	head := make([]byte, 16)
	if _, err := io.ReadFull(t.r, head); err != nil {
		return fmt.Errorf("reading mongodb's answer: %w", err)
	}
	const opReply, opMsg = 1, 2013
	kind := binary.LittleEndian.Uint32(head[12:])
	if binary.LittleEndian.Uint32(head[8:]) != 1 || kind != opReply && kind != opMsg {
		return t.lost(string(head))
	}
	return t.none()
}

// redis is PING of Redis's protocol. One that wants a password says so
// (NOAUTH), and one in protected mode that it is (DENIED).
func redis(t *Talk) error {
	if err := t.say("PING\r\n"); err != nil {
		return err
	}
	line, err := t.line()
	if err != nil {
		return err
	}
	t.banner = scanner.Escape(line)
	word, _, _ := strings.Cut(line, " ")
	if line == "+PONG" || len(word) > 3 && word[0] == '-' && strings.Trim(word[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return t.none()
	}
	return t.lost(line)
}
