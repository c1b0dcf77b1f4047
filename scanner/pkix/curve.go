package pkix

import (
	"strconv"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// What stands where a curve's name would, when it has none.
const (
	curveExplicit = "explicit" // all parameters are written out (RFC 3279 section 2.3.5)
	curveImplicit = "implicit" // inherited from the issuer
)

// curve is a named curve and the length of its field.
type curve struct {
	name string
	bits int
}

// oddCurves are curves that no protocol of ours negotiates but certificates
// have named: those of characteristic two in ANSI X9.62 annex J, and WTLS.
var oddCurves = map[string]string{
	"1.2.840.10045.3.0.1":  "c2pnb163v1",
	"1.2.840.10045.3.0.2":  "c2pnb163v2",
	"1.2.840.10045.3.0.3":  "c2pnb163v3",
	"1.2.840.10045.3.0.4":  "c2pnb176v1",
	"1.2.840.10045.3.0.5":  "c2tnb191v1",
	"1.2.840.10045.3.0.6":  "c2tnb191v2",
	"1.2.840.10045.3.0.7":  "c2tnb191v3",
	"1.2.840.10045.3.0.10": "c2pnb208w1",
	"1.2.840.10045.3.0.11": "c2tnb239v1",
	"1.2.840.10045.3.0.12": "c2tnb239v2",
	"1.2.840.10045.3.0.13": "c2tnb239v3",
	"1.2.840.10045.3.0.16": "c2pnb272w1",
	"1.2.840.10045.3.0.17": "c2pnb304w1",
	"1.2.840.10045.3.0.18": "c2tnb359v1",
	"1.2.840.10045.3.0.19": "c2pnb368w1",
	"1.2.840.10045.3.0.20": "c2tnb431r1",
	"2.23.43.1.4.1":        "wap-wsg-idm-ecid-wtls1",
	"2.23.43.1.4.3":        "wap-wsg-idm-ecid-wtls3",
	"2.23.43.1.4.4":        "wap-wsg-idm-ecid-wtls4",
	"2.23.43.1.4.5":        "wap-wsg-idm-ecid-wtls5",
	"2.23.43.1.4.6":        "wap-wsg-idm-ecid-wtls6",
	"2.23.43.1.4.7":        "wap-wsg-idm-ecid-wtls7",
	"2.23.43.1.4.8":        "wap-wsg-idm-ecid-wtls8",
	"2.23.43.1.4.9":        "wap-wsg-idm-ecid-wtls9",
	"2.23.43.1.4.10":       "wap-wsg-idm-ecid-wtls10",
	"2.23.43.1.4.11":       "wap-wsg-idm-ecid-wtls11",
	"2.23.43.1.4.12":       "wap-wsg-idm-ecid-wtls12",
}

// namedCurve finds a curve; one that nobody knows goes by its identifier.
func namedCurve(oid string) curve {
	name, ok := oddCurves[oid]
	if known, found := iana.OIDOf("curve", oid); found {
		name, ok = known.Name, true
	}
	if !ok {
		return curve{name: oid}
	}
	return curve{name, fieldBits(name)}
}

// unmeasured are the curves whose names do not carry the length of their field,
// with it: those of WAP (WAP-261-WTLS appendix A) and SM2's.
var unmeasured = map[string]int{
	"curveSM2":                256,
	"wap-wsg-idm-ecid-wtls1":  113,
	"wap-wsg-idm-ecid-wtls3":  163,
	"wap-wsg-idm-ecid-wtls4":  113,
	"wap-wsg-idm-ecid-wtls5":  163,
	"wap-wsg-idm-ecid-wtls6":  112,
	"wap-wsg-idm-ecid-wtls7":  160,
	"wap-wsg-idm-ecid-wtls8":  112,
	"wap-wsg-idm-ecid-wtls9":  160,
	"wap-wsg-idm-ecid-wtls10": 233,
	"wap-wsg-idm-ecid-wtls11": 233,
	"wap-wsg-idm-ecid-wtls12": 224,
}

// fieldBits reads the length of the field off the name: the first number of
// three digits in it, which all but a few names carry.
func fieldBits(name string) int {
	if bits, ok := unmeasured[name]; ok {
		return bits
	}
	for i := 0; i+3 <= len(name); i++ {
		if n, err := strconv.ParseUint(name[i:i+3], 10, 16); err == nil {
			return int(n)
		}
	}
	return 0
}

// ecParameters reads ECParameters (RFC 5480 section 2.1.1, SEC 1 section C.2):
// a name, NULL, or the whole curve. A name that we do not know stays an object
// identifier.
func ecParameters(params reader) (curve, bool) {
	switch {
	case params.peek(tagOID):
		oid, ok := params.oid()
		if !ok {
			return curve{}, false
		}
		return namedCurve(oid), true
	case params.peek(tagNull):
		return curve{name: curveImplicit}, true
	}
	return explicitCurve(params)
}

// explicitCurve reads SpecifiedECDomain only as far as the field's length.
func explicitCurve(params reader) (curve, bool) {
	seq, ok := params.read(tagSequence)
	if !ok {
		return curve{}, false
	}
	if _, ok = seq.body.small(); !ok { // version
		return curve{}, false
	}
	field, ok := seq.body.read(tagSequence)
	if !ok {
		return curve{}, false
	}
	kind, ok := field.body.oid()
	if !ok {
		return curve{}, false
	}
	c := curve{name: curveExplicit}
	switch kind {
	case oidPrime:
		p, ok := field.body.integer()
		if !ok {
			return curve{}, false
		}
		c.bits = p.BitLen()
	case oidBinary:
		// Characteristic-two: SEQUENCE { m INTEGER, basis ... }.
		two, ok := field.body.read(tagSequence)
		if !ok {
			return curve{}, false
		}
		if c.bits, ok = two.body.small(); !ok {
			return curve{}, false
		}
	}
	return c, true
}
