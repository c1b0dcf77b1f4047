package pkix

// maxDepth bounds nesting. PKCS#7 and PKCS#12 need about a dozen levels.
const maxDepth = 32

// DER rewrites BER as DER so far as lengths and OCTET STRINGs go: tools that
// stream write lengths as indefinite (X.690 section 8.1.3.6) and strings in
// pieces. What stands inside a string stays as it is. It returns nil for what
// is no BER.
func DER(ber []byte) []byte {
	in := reader(ber)
	out, ok := in.definite(nil, 0)
	if !ok || len(in) > 0 {
		return nil
	}
	return out
}

// definite appends the next element with a definite length.
func (r *reader) definite(out []byte, depth int) ([]byte, bool) {
	in := *r
	if depth > maxDepth || len(in) < 2 {
		return out, false
	}
	const constructed = 0x20
	switch {
	case in[1] == 0x80 && in[0]&constructed != 0:
		*r = in[2:]
		body, ok := r.untilEnd(depth + 1)
		if !ok {
			return out, false
		}
		return appendJoined(out, in[0], body), true
	case in[0]&constructed == 0:
		e, ok := r.any()
		if !ok {
			return out, false
		}
		return appendElement(out, e.tag, e.body), true
	}
	e, ok := r.any()
	if !ok {
		return out, false
	}
	var body []byte
	for len(e.body) > 0 {
		if body, ok = e.body.definite(body, depth+1); !ok {
			return out, false
		}
	}
	return appendJoined(out, e.tag, body), true
}

// appendJoined appends an element with its body; the pieces of an OCTET STRING
// become one.
func appendJoined(out []byte, tag byte, body reader) []byte {
	if tag != tagOctetString|0x20 {
		return appendElement(out, tag, body)
	}
	var whole []byte
	for rest := body; len(rest) > 0; {
		piece, ok := rest.read(tagOctetString)
		if !ok {
			return appendElement(out, tag, body)
		}
		whole = append(whole, piece.body...)
	}
	return appendElement(out, tagOctetString, whole)
}

// untilEnd reads elements up to the two zero octets that end an indefinite
// length.
func (r *reader) untilEnd(depth int) (body []byte, ok bool) {
	for {
		in := *r
		if len(in) >= 2 && in[0] == 0 && in[1] == 0 {
			*r = in[2:]
			return body, true
		}
		if body, ok = r.definite(body, depth); !ok {
			return nil, false
		}
	}
}
