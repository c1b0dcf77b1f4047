package starttls

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// rdpConnect offers encryption methods and returns the one that the server
// takes. It is the basic settings exchange of [MS-RDPBCGR] section 1.3.1.1,
// which comes before any key or login.
func (t *Talk) rdpConnect(methods uint32) (method uint32, err error) {
	if err := t.say(string(mcsConnectInitial(methods))); err != nil {
		return 0, err
	}
	response, err := t.tpkt()
	if err != nil {
		return 0, err
	}
	method, ok := serverMethod(response)
	if !ok {
		return 0, t.lost(string(response))
	}
	return method, nil
}

// mcsConnectInitial is section 2.2.1.3: settings of a client within GCC's
// conference create request (T.124) within MCS's connect-initial (T.125).
func mcsConnectInitial(methods uint32) []byte {
	core := make([]byte, 212)                                      // TS_UD_CS_CORE, section 2.2.1.3.2
	copy(core, "\x04\x00\x08\x00\x00\x04\x00\x03\x01\xca\x03\xaa") // RDP 5, 1024 by 768, 8 bits
	copy(core[12:], "\x09\x04\x00\x00\x28\x0a\x00\x00")            // US keyboard, build 2600
	copy(core[20:], "f\x00i\x00p\x00s\x00w\x00e\x00e\x00p\x00")
	copy(core[52:], "\x04\x00\x00\x00\x00\x00\x00\x00\x0c\x00\x00\x00") // 12 function keys
	copy(core[128:], "\x01\xca\x01\x00\x00\x00\x00\x00\x10\x00\x07\x00\x01\x00")
	security := binary.LittleEndian.AppendUint32(nil, methods)
	security = append(security, 0, 0, 0, 0)
	blocks := slices.Concat(block(0xc001, core), block(0xc002, security), block(0xc003, make([]byte, 4)))

	gcc := slices.Concat([]byte("\x00\x08\x00\x10\x00\x01\xc0\x00Duca"), perLength(len(blocks)), blocks)
	gcc = slices.Concat([]byte("\x00\x05\x00\x14\x7c\x00\x01"), perLength(len(gcc)), gcc)

	mcs := []byte("\x04\x01\x01\x04\x01\x01\x01\x01\xff" +
		"\x30\x19\x02\x01\x22\x02\x01\x02\x02\x01\x00\x02\x01\x01\x02\x01\x00\x02\x01\x01\x02\x02\xff\xff\x02\x01\x02" + // target parameters
		"\x30\x19\x02\x01\x01\x02\x01\x01\x02\x01\x01\x02\x01\x01\x02\x01\x00\x02\x01\x01\x02\x02\x04\x20\x02\x01\x02" + // the least
		"\x30\x1c\x02\x02\xff\xff\x02\x02\xfc\x17\x02\x02\xff\xff\x02\x01\x01\x02\x01\x00\x02\x01\x01\x02\x02\xff\xff\x02\x01\x02" + // the most
		"\x04\x82")
	mcs = append(binary.BigEndian.AppendUint16(mcs, uint16(len(gcc))), gcc...)
	mcs = append(binary.BigEndian.AppendUint16([]byte{0x7f, 0x65, 0x82}, uint16(len(mcs))), mcs...)
	packet := binary.BigEndian.AppendUint16([]byte{3, 0}, uint16(4+3+len(mcs)))
	return append(append(packet, 2, 0xf0, 0x80), mcs...)
}

// block is a user data block, section 2.2.1.3.1.
func block(kind uint16, data []byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, kind)
	b = binary.LittleEndian.AppendUint16(b, uint16(4+len(data)))
	return append(b, data...)
}

// perLength is a length of up to 16383 in PER's long form.
func perLength(n int) []byte { return []byte{0x80 | byte(n>>8), byte(n)} }

// serverMethod finds encryptionMethod of TS_UD_SC_SEC1, section 2.2.1.4.3, in
// the answer to mcsConnectInitial.
func serverMethod(packet []byte) (uint32, bool) {
	if !bytes.HasPrefix(packet, []byte{2, 0xf0, 0x80, 0x7f}) {
		return 0, false
	}
	tag, body, _, ok := ber(packet[4:])
	if !ok || tag != 0x66 {
		return 0, false
	}
	tag, result, body, ok := ber(body)
	if !ok || tag != 0x0a || len(result) != 1 || result[0] != 0 { // rt-successful
		return 0, false
	}
	for tag != 0x04 && ok {
		tag, result, body, ok = ber(body)
	}
	_, after, found := bytes.Cut(result, []byte("McDn"))
	if !ok || !found || len(after) < 2 {
		return 0, false
	}
	after = after[1+int(after[0]>>7):]
	for len(after) >= 4 {
		kind, n := binary.LittleEndian.Uint16(after), int(binary.LittleEndian.Uint16(after[2:]))
		if n < 4 || n > len(after) {
			return 0, false
		}
		const security = 0x0c02
		if kind == security && n >= 8 {
			return binary.LittleEndian.Uint32(after[4:]), true
		}
		after = after[n:]
	}
	return 0, false
}
