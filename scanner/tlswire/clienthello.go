package tlswire

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// A ClientHello of SSLv3 to TLS 1.3 (RFC 8446 section 4.1.2, RFC 6101 section
// 5.6.1.2). A zero field is left off the wire.
//
// Signalling values are no suites: renegotiation_info goes as an extension
// (RFC 5746 section 3.4), and TLS_FALLBACK_SCSV, which makes newer servers
// refuse, only where it is asked for.
type ClientHello struct {
	Version   uint16 // the legacy field: at most TLS 1.2
	Random    [32]byte
	SessionID []byte
	Suites    []uint16

	ServerName           string // never an address: RFC 6066 section 3
	RenegotiationInfo    bool
	ExtendedMasterSecret bool
	StatusRequest        bool
	PointFormats         []uint8
	Groups               []uint16
	Schemes              []uint16
	Versions             []uint16   // supported_versions
	KeyShares            []KeyShare // nil: no extension; empty: an empty list, which asks for HelloRetryRequest
	More                 []Extension

	Deflate  bool // offer compression, RFC 3749
	Fallback bool // TLS_FALLBACK_SCSV, RFC 7507: "I would have spoken a newer version"

	// Pad lengthens a hello of 256 to 511 bytes that has extensions to 512 (RFC
	// 7685): some load balancers take one of that size for SSLv2.
	Pad bool
}

const fallbackSCSV = 0x5600

// A KeyShare is a public value for one group.
type KeyShare struct {
	Group uint16
	Value []byte
}

// Marshal writes the hello as records, more than one where it is long.
func (h ClientHello) Marshal() ([]byte, error) { return h.Write(nil) }

// Write is Marshal into the memory of b, where that is enough.
func (h *ClientHello) Write(b []byte) ([]byte, error) {
	record, err := h.record(b, 0)
	if err != nil {
		return nil, err
	}
	if n := len(record) - recordHeader; h.Pad && h.extended() && n > 255 && n < 512 {
		// The padding extension has a header of its own.
		if record, err = h.record(record, max(512-n-4, 0)+1); err != nil {
			return nil, err
		}
	}
	return records(record, min(h.Version, VersionTLS10)), nil
}

// record writes the handshake message behind the place of a record's header;
// padding is its length plus one.
func (h *ClientHello) record(b []byte, padding int) ([]byte, error) {
	w := writer{b: slices.Grow(b[:0], h.room(padding))[:recordHeader]}
	w.uint8(uint8(TypeClientHello))
	w.prefixed(3, func() {
		w.uint16(h.Version)
		w.bytes(h.Random[:])
		w.prefixed(1, func() { w.bytes(h.SessionID) })
		suites := h.Suites
		if h.Fallback {
			suites = append(suites[:len(suites):len(suites)], fallbackSCSV)
		}
		w.uint16s(suites)
		if h.Deflate {
			w.bytes([]byte{2, 1, 0})
		} else {
			w.bytes([]byte{1, 0}) // one compression method: null
		}
		if h.extended() {
			w.prefixed(2, func() { h.extensions(&w, padding) })
		}
	})
	if w.tooLong {
		return nil, fmt.Errorf("client hello: a list is longer than its length can say: %w", ErrTooLarge)
	}
	return w.b, nil
}

// room is about how long the message will be, so that it is written without
// being moved.
func (h *ClientHello) room(padding int) int {
	n := 256 + len(h.ServerName) + padding + 2*(len(h.Suites)+len(h.Groups)+len(h.Schemes))
	for _, e := range h.More {
		n += 4 + len(e.Body)
	}
	for _, share := range h.KeyShares {
		n += 4 + len(share.Value)
	}
	return n
}

// extended tells whether any extension is asked for. SSLv3 knew none, and a
// hello without them leaves their list off altogether.
func (h *ClientHello) extended() bool {
	return h.ServerName != "" || h.RenegotiationInfo || h.ExtendedMasterSecret || h.StatusRequest ||
		len(h.PointFormats)+len(h.Groups)+len(h.Schemes)+len(h.Versions)+len(h.More) > 0 || h.KeyShares != nil
}

// extensions writes them with the empty ones early: servers are known that
// refuse an empty extension at the end.
func (h *ClientHello) extensions(w *writer, padding int) {
	if h.ServerName != "" {
		w.extension(ExtServerName, func() {
			w.prefixed(2, func() {
				w.uint8(0) // host_name
				w.prefixed(2, func() { w.b = append(w.b, h.ServerName...) })
			})
		})
	}
	if h.ExtendedMasterSecret {
		w.extension(ExtExtendedMasterSecret, func() {})
	}
	if h.RenegotiationInfo {
		w.extension(ExtRenegotiationInfo, func() { w.uint8(0) })
	}
	if h.StatusRequest {
		w.extension(ExtStatusRequest, func() { w.bytes([]byte{1, 0, 0, 0, 0}) })
	}
	for _, e := range h.More {
		w.extension(e.Type, func() { w.bytes(e.Body) })
	}
	if padding > 0 {
		w.extension(ExtPadding, func() { w.bytes(make([]byte, padding-1)) })
	}
	if len(h.PointFormats) > 0 {
		w.extension(ExtPointFormats, func() {
			w.prefixed(1, func() { w.bytes(h.PointFormats) })
		})
	}
	if len(h.Groups) > 0 {
		w.extension(ExtSupportedGroups, func() { w.uint16s(h.Groups) })
	}
	if len(h.Schemes) > 0 {
		w.extension(ExtSignatureAlgorithms, func() { w.uint16s(h.Schemes) })
	}
	if len(h.Versions) > 0 {
		w.extension(ExtSupportedVersions, func() {
			w.prefixed(1, func() {
				for _, v := range h.Versions {
					w.uint16(v)
				}
			})
		})
	}
	if h.KeyShares != nil {
		w.extension(ExtKeyShare, func() { h.keyShares(w) })
	}
}

func (h *ClientHello) keyShares(w *writer) {
	w.prefixed(2, func() {
		for _, share := range h.KeyShares {
			w.uint16(share.Group)
			w.prefixed(2, func() { w.bytes(share.Value) })
		}
	})
}

// records puts a handshake message, which has room for a header before it, into
// as few records as hold it.
func records(record []byte, version uint16) []byte {
	const most = 1 << 14
	message := record[recordHeader:]
	if len(message) <= most {
		putHeader(record, version, len(message))
		return record
	}
	var out []byte
	for part := range slices.Chunk(message, most) {
		out = append(out, make([]byte, recordHeader)...)
		putHeader(out[len(out)-recordHeader:], version, len(part))
		out = append(out, part...)
	}
	return out
}

func putHeader(b []byte, version uint16, length int) {
	b[0] = byte(TypeHandshake)
	binary.BigEndian.PutUint16(b[1:], version)
	binary.BigEndian.PutUint16(b[3:], uint16(length))
}
