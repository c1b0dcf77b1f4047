package sshwire

import (
	"fmt"
	"math/big"
	"strings"
)

// Message numbers (RFC 4250 section 4.1; RFC 4419 section 5 and RFC 5656
// section 7.1 for those of a key exchange, which share the numbers 30 to 34).
const (
	MsgDisconnect         = 1
	MsgIgnore             = 2
	MsgUnimplemented      = 3
	MsgDebug              = 4
	MsgExtInfo            = 7
	MsgKexinit            = 20
	MsgNewkeys            = 21
	MsgKexInit            = 30 // KEXDH_INIT, KEX_ECDH_INIT
	MsgKexReply           = 31 // KEXDH_REPLY, KEX_ECDH_REPLY
	MsgKexGroup           = 31 // KEX_DH_GEX_GROUP
	MsgKexGroupOldRequest = 30 // KEX_DH_GEX_REQUEST_OLD
	MsgKexGroupInit       = 32 // KEX_DH_GEX_INIT
	MsgKexGroupReply      = 33 // KEX_DH_GEX_REPLY
	MsgKexGroupRequest    = 34 // KEX_DH_GEX_REQUEST
)

// DisconnectByApplication is the reason code of a client that has had enough
// (RFC 4253 section 11.1).
const DisconnectByApplication = 11

// A Kexinit is SSH_MSG_KEXINIT (RFC 4253 section 7.1).
type Kexinit struct {
	Cookie                  [16]byte
	KexAlgorithms           []string
	ServerHostKeyAlgorithms []string
	EncryptionClientServer  []string
	EncryptionServerClient  []string
	MACClientServer         []string
	MACServerClient         []string
	CompressionClientServer []string
	CompressionServerClient []string
	LanguagesClientServer   []string
	LanguagesServerClient   []string
	FirstKexPacketFollows   bool
}

// lists are the ten name-lists in the order of the wire.
func (k *Kexinit) lists() [10]*[]string {
	return [10]*[]string{
		&k.KexAlgorithms, &k.ServerHostKeyAlgorithms,
		&k.EncryptionClientServer, &k.EncryptionServerClient,
		&k.MACClientServer, &k.MACServerClient,
		&k.CompressionClientServer, &k.CompressionServerClient,
		&k.LanguagesClientServer, &k.LanguagesServerClient,
	}
}

// Payload is the message as bytes.
func (k Kexinit) Payload() []byte {
	b := append([]byte{MsgKexinit}, k.Cookie[:]...)
	for _, list := range k.lists() {
		b = AppendNames(b, *list)
	}
	follows := byte(0)
	if k.FirstKexPacketFollows {
		follows = 1
	}
	return append(b, follows, 0, 0, 0, 0) // the last four are reserved
}

// AppendNames appends a name-list.
func AppendNames(dst []byte, names []string) []byte {
	n := max(len(names)-1, 0)
	for _, name := range names {
		n += len(name)
	}
	dst = appendUint32(dst, uint32(n))
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, name...)
	}
	return dst
}

// ParseKexinit reads a payload. Names come as they are, printable or not.
func ParseKexinit(payload []byte) (Kexinit, error) {
	var k Kexinit
	d, err := message(payload, MsgKexinit)
	if err != nil {
		return k, err
	}
	if !d.rest.CopyBytes(k.Cookie[:]) {
		d.fail(ErrMalformed, "cookie")
	}
	for i, list := range k.lists() {
		*list = d.names(fmt.Sprintf("name-list %d of KEXINIT", i+1))
	}
	k.FirstKexPacketFollows = d.uint8("first_kex_packet_follows") != 0
	d.uint32("reserved") // what follows is an extension's
	return k, d.err
}

// A Disconnect is SSH_MSG_DISCONNECT (RFC 4253 section 11.1).
type Disconnect struct {
	Code uint32
	Text []byte
}

// Payload is the message as bytes.
func (m Disconnect) Payload() []byte {
	b := appendUint32([]byte{MsgDisconnect}, m.Code)
	return AppendString(AppendString(b, m.Text), "")
}

// ParseDisconnect reads a payload. Some servers leave out the language tag.
func ParseDisconnect(payload []byte) (Disconnect, error) {
	d, err := message(payload, MsgDisconnect)
	if err != nil {
		return Disconnect{}, err
	}
	m := Disconnect{Code: d.uint32("reason code"), Text: d.bytes("description")}
	return m, d.err
}

// KexPublic is the payload of KEXDH_INIT, KEX_ECDH_INIT or KEX_DH_GEX_INIT: the
// client's public value, by AppendMpint for finite fields (RFC 4253 section 8),
// by AppendString for curves (RFC 5656 section 4).
func KexPublic(number byte, encoded []byte) []byte {
	return append([]byte{number}, encoded...)
}

// A KexReply carries the server's host key and proof: KEXDH_REPLY,
// KEX_ECDH_REPLY and KEX_DH_GEX_REPLY have one shape.
type KexReply struct {
	HostKey   []byte
	Public    []byte // the server's public value: a point, or a number's two's complement
	Signature []byte
}

// Payload is the message as bytes.
func (m KexReply) Payload(number byte) []byte {
	b := AppendString([]byte{number}, m.HostKey)
	return AppendString(AppendString(b, m.Public), m.Signature)
}

// ParseKexReply reads a payload that must have the given number.
func ParseKexReply(payload []byte, number byte) (KexReply, error) {
	d, err := message(payload, number)
	if err != nil {
		return KexReply{}, err
	}
	m := KexReply{d.bytes("host key"), d.bytes("server's public value"), d.bytes("signature")}
	return m, d.err
}

// A GroupRequest is KEX_DH_GEX_REQUEST (RFC 4419 section 3), sizes in bits.
type GroupRequest struct{ Min, Preferred, Max uint32 }

// Encoded is the three sizes, as the exchange hash wants them.
func (m GroupRequest) Encoded() []byte {
	return appendUint32(appendUint32(appendUint32(nil, m.Min), m.Preferred), m.Max)
}

// Payload is the message as bytes.
func (m GroupRequest) Payload() []byte {
	return append([]byte{MsgKexGroupRequest}, m.Encoded()...)
}

// OldGroupRequest is the payload of KEX_DH_GEX_REQUEST_OLD (RFC 4419 section
// 5), with one size in bits.
func OldGroupRequest(bits uint32) []byte {
	return appendUint32([]byte{MsgKexGroupOldRequest}, bits)
}

// A Group is KEX_DH_GEX_GROUP: a safe prime and a generator, says the server.
type Group struct{ P, G *big.Int }

// Payload is the message as bytes.
func (m Group) Payload() []byte {
	return AppendMpint(AppendMpint([]byte{MsgKexGroup}, m.P), m.G)
}

// ParseGroup reads a payload.
func ParseGroup(payload []byte) (Group, error) {
	d, err := message(payload, MsgKexGroup)
	if err != nil {
		return Group{}, err
	}
	m := Group{d.mpint("prime"), d.mpint("generator")}
	return m, d.err
}

// message begins to read a payload with the given message number.
func message(payload []byte, number byte) (*decoder, error) {
	d := &decoder{rest: payload}
	if got := d.uint8("message number"); d.err == nil && got != number {
		return nil, fmt.Errorf("message %d in place of %d: %w", got, number, ErrMalformed)
	}
	return d, d.err
}

// An Extension is one of SSH_MSG_EXT_INFO (RFC 8308 section 2.3).
type Extension struct {
	Name  string
	Value []byte
}

// Names is the value of server-sig-algs, a list of names that is the whole of
// the value (section 3.1).
func (e Extension) Names() []string {
	if len(e.Value) == 0 {
		return nil
	}
	return strings.Split(string(e.Value), ",")
}

// ParseExtInfo reads a payload.
func ParseExtInfo(payload []byte) ([]Extension, error) {
	d, err := message(payload, MsgExtInfo)
	if err != nil {
		return nil, err
	}
	n := d.uint32("number of extensions")
	if n > MaxNames {
		d.fail(ErrTooLarge, "extensions")
	}
	var list []Extension
	for range n {
		e := Extension{Name: string(d.bytes("extension")), Value: d.bytes("extension's value")}
		if d.err != nil {
			return nil, d.err
		}
		list = append(list, e)
	}
	return list, d.err
}
