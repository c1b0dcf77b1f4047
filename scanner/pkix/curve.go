package pkix

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

// curves are those of SEC 2, ANSI X9.62, RFC 5639 and the national ones, by
// the names of the TLS registry where it has one.
var curves = map[string]curve{
	"1.2.840.10045.3.0.1":     {"c2pnb163v1", 163},
	"1.2.840.10045.3.0.2":     {"c2pnb163v2", 163},
	"1.2.840.10045.3.0.3":     {"c2pnb163v3", 163},
	"1.2.840.10045.3.0.4":     {"c2pnb176v1", 176},
	"1.2.840.10045.3.0.5":     {"c2tnb191v1", 191},
	"1.2.840.10045.3.0.6":     {"c2tnb191v2", 191},
	"1.2.840.10045.3.0.7":     {"c2tnb191v3", 191},
	"1.2.840.10045.3.0.10":    {"c2pnb208w1", 208},
	"1.2.840.10045.3.0.11":    {"c2tnb239v1", 239},
	"1.2.840.10045.3.0.12":    {"c2tnb239v2", 239},
	"1.2.840.10045.3.0.13":    {"c2tnb239v3", 239},
	"1.2.840.10045.3.0.16":    {"c2pnb272w1", 272},
	"1.2.840.10045.3.0.17":    {"c2pnb304w1", 304},
	"1.2.840.10045.3.0.18":    {"c2tnb359v1", 359},
	"1.2.840.10045.3.0.19":    {"c2pnb368w1", 368},
	"1.2.840.10045.3.0.20":    {"c2tnb431r1", 431},
	"1.2.840.10045.3.1.1":     {"secp192r1", 192},
	"1.2.840.10045.3.1.2":     {"prime192v2", 192},
	"1.2.840.10045.3.1.3":     {"prime192v3", 192},
	"1.2.840.10045.3.1.4":     {"prime239v1", 239},
	"1.2.840.10045.3.1.5":     {"prime239v2", 239},
	"1.2.840.10045.3.1.6":     {"prime239v3", 239},
	"1.2.840.10045.3.1.7":     {"secp256r1", 256},
	"1.3.132.0.1":             {"sect163k1", 163},
	"1.3.132.0.2":             {"sect163r1", 163},
	"1.3.132.0.3":             {"sect239k1", 239},
	"1.3.132.0.4":             {"sect113r1", 113},
	"1.3.132.0.5":             {"sect113r2", 113},
	"1.3.132.0.6":             {"secp112r1", 112},
	"1.3.132.0.7":             {"secp112r2", 112},
	"1.3.132.0.8":             {"secp160r1", 160},
	"1.3.132.0.9":             {"secp160k1", 160},
	"1.3.132.0.10":            {"secp256k1", 256},
	"1.3.132.0.15":            {"sect163r2", 163},
	"1.3.132.0.16":            {"sect283k1", 283},
	"1.3.132.0.17":            {"sect283r1", 283},
	"1.3.132.0.22":            {"sect131r1", 131},
	"1.3.132.0.23":            {"sect131r2", 131},
	"1.3.132.0.24":            {"sect193r1", 193},
	"1.3.132.0.25":            {"sect193r2", 193},
	"1.3.132.0.26":            {"sect233k1", 233},
	"1.3.132.0.27":            {"sect233r1", 233},
	"1.3.132.0.28":            {"secp128r1", 128},
	"1.3.132.0.29":            {"secp128r2", 128},
	"1.3.132.0.30":            {"secp160r2", 160},
	"1.3.132.0.31":            {"secp192k1", 192},
	"1.3.132.0.32":            {"secp224k1", 224},
	"1.3.132.0.33":            {"secp224r1", 224},
	"1.3.132.0.34":            {"secp384r1", 384},
	"1.3.132.0.35":            {"secp521r1", 521},
	"1.3.132.0.36":            {"sect409k1", 409},
	"1.3.132.0.37":            {"sect409r1", 409},
	"1.3.132.0.38":            {"sect571k1", 571},
	"1.3.132.0.39":            {"sect571r1", 571},
	"1.3.36.3.3.2.8.1.1.1":    {"brainpoolP160r1", 160},
	"1.3.36.3.3.2.8.1.1.2":    {"brainpoolP160t1", 160},
	"1.3.36.3.3.2.8.1.1.3":    {"brainpoolP192r1", 192},
	"1.3.36.3.3.2.8.1.1.4":    {"brainpoolP192t1", 192},
	"1.3.36.3.3.2.8.1.1.5":    {"brainpoolP224r1", 224},
	"1.3.36.3.3.2.8.1.1.6":    {"brainpoolP224t1", 224},
	"1.3.36.3.3.2.8.1.1.7":    {"brainpoolP256r1", 256},
	"1.3.36.3.3.2.8.1.1.8":    {"brainpoolP256t1", 256},
	"1.3.36.3.3.2.8.1.1.9":    {"brainpoolP320r1", 320},
	"1.3.36.3.3.2.8.1.1.10":   {"brainpoolP320t1", 320},
	"1.3.36.3.3.2.8.1.1.11":   {"brainpoolP384r1", 384},
	"1.3.36.3.3.2.8.1.1.12":   {"brainpoolP384t1", 384},
	"1.3.36.3.3.2.8.1.1.13":   {"brainpoolP512r1", 512},
	"1.3.36.3.3.2.8.1.1.14":   {"brainpoolP512t1", 512},
	"1.2.156.10197.1.301":     {"curveSM2", 256},
	"1.2.250.1.223.101.256.1": {"FRP256v1", 256},
	"2.23.43.1.4.1":           {"wap-wsg-idm-ecid-wtls1", 113},
	"2.23.43.1.4.8":           {"wap-wsg-idm-ecid-wtls8", 112},
	"2.23.43.1.4.9":           {"wap-wsg-idm-ecid-wtls9", 160},
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
		if c, known := curves[oid]; known {
			return c, true
		}
		return curve{name: oid}, true
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
