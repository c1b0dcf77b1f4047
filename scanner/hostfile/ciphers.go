package hostfile

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// cipherString reads a list of suites in OpenSSL's language (openssl-ciphers(1)).
// The first result is the suites, by the registry's names, that it names one by
// one and does not strike out again; the second the words of which only the
// OpenSSL that reads them can say what they let in: a keyword such as HIGH, a
// security level, a name that nobody knows here, and a suite that such a word
// may or may not strike out.
func cipherString(words []string) (in, open []string) {
	type suite struct {
		word string
		iana.Suite
	}
	var named []suite
	var killed []string // what ! has struck out for good
	for _, word := range words {
		plain := strings.TrimLeft(word, "!-+"+maybe)
		switch sign := strings.TrimSuffix(word, plain); {
		case plain == "" || plain == "@STRENGTH" || sign == "+": // an order
		case sign == "":
			s, ok := iana.SuiteByOpenSSL(plain)
			if !ok {
				open = append(open, word)
				continue
			}
			switch out, sure := struckBy(killed, s); {
			case !sure:
				open = append(open, word)
			case !out && !slices.ContainsFunc(named, func(n suite) bool { return n.Code == s.Code }):
				named = append(named, suite{word, s})
			}
		default:
			if strings.HasPrefix(sign, "!") {
				killed = append(killed, plain)
			}
			named = slices.DeleteFunc(named, func(s suite) bool {
				out, sure := struckBy([]string{plain}, s.Suite)
				if !sure || out && sign == maybe {
					open = append(open, s.word)
				}
				return out || !sure
			})
		}
	}
	for _, s := range named {
		in = append(in, s.Name)
	}
	return in, open
}

// maybe is before a word that strikes out what it means in some cases. It is
// no sign of OpenSSL's.
const maybe = "?"

// struckBy tells whether one of the words is of the suite, and whether every
// OpenSSL agrees.
func struckBy(words []string, s iana.Suite) (out, sure bool) {
	sure = true
	for _, w := range words {
		switch yes, known := isOf(w, s); {
		case yes && known:
			return true, true
		case !known:
			sure = false
		}
	}
	return false, sure
}

// isOf tells whether a word, or each of several tied by +, means the suite.
func isOf(word string, s iana.Suite) (yes, known bool) {
	if named, ok := iana.SuiteByOpenSSL(word); ok {
		return named.Code == s.Code, true
	}
	yes, known = true, true
	for part := range strings.SplitSeq(word, "+") {
		switch y, k := isOfKeyword(part, s); {
		case k && !y:
			return false, true
		case !k:
			yes, known = false, false
		}
	}
	return yes, known
}

// isOfKeyword tells whether a keyword means the suite; known is false where
// that differs from one OpenSSL to another, or where nobody here knows it.
func isOfKeyword(word string, s iana.Suite) (yes, known bool) {
	new12 := s.MAC == "AEAD" || s.MAC == "HMAC-SHA256" || s.MAC == "HMAC-SHA384"
	psk := strings.Contains(s.KeyExchange, "PSK")
	triple := s.Cipher == "3DES-EDE-CBC" // HIGH up to 1.0.2, MEDIUM since
	short := s.Bits < 112                // LOW and EXPORT have come and gone
	middle := hasAny(s.Cipher, "RC4", "SEED", "IDEA", "RC2", "GOST")
	switch word {
	case "HIGH":
		return !triple && !short && !middle, !triple
	case "MEDIUM":
		return middle && !short, !triple
	case "LOW":
		return s.Cipher == "DES-CBC" && !s.Export, !short || s.Export || s.Cipher == "NULL" || s.Cipher == "DES-CBC"
	case "TLSv1.2":
		return new12, !psk && s.Cipher != "NULL" || !new12
	case "SSLv3", "TLSv1", "TLSv1.0":
		return false, new12 && !psk && s.Cipher != "NULL"
	}
	if is, ok := keywords[word]; ok {
		return is(s), true
	}
	return false, false
}

func hasAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}

// keywords are those that mean the same suites in every OpenSSL, as far as it
// has them.
var keywords = map[string]func(iana.Suite) bool{
	"ALL": func(s iana.Suite) bool { return s.Cipher != "NULL" }, "COMPLEMENTOFALL": isCipher("NULL"),
	"eNULL": isCipher("NULL"), "NULL": isCipher("NULL"), "SSLv2": func(iana.Suite) bool { return false },
	"EXP": isExport, "EXPORT": isExport,
	"RC4": isCipher("RC4"), "RC2": isCipher("RC2"), "IDEA": isCipher("IDEA"), "SEED": isCipher("SEED"), "3DES": isCipher("3DES"), "DES": isCipher("DES-CBC"),
	"AES": isCipher("AES-"), "AES128": isCipher("AES-128"), "AES256": isCipher("AES-256"), "AESGCM": isCipher("AES-128-GCM", "AES-256-GCM"),
	"AESCCM": isCipher("AES-128-CCM", "AES-256-CCM"), "AESCCM8": isCipher("AES-128-CCM_8", "AES-256-CCM_8"), "CHACHA20": isCipher("CHACHA20"),
	"CAMELLIA": isCipher("CAMELLIA"), "CAMELLIA128": isCipher("CAMELLIA-128"), "CAMELLIA256": isCipher("CAMELLIA-256"),
	"ARIA": isCipher("ARIA"), "ARIA128": isCipher("ARIA-128"), "ARIA256": isCipher("ARIA-256"), "ARIAGCM": isCipher("ARIA-128-GCM", "ARIA-256-GCM"),
	"MD5": isMAC("HMAC-MD5"), "SHA": isMAC("HMAC-SHA1"), "SHA1": isMAC("HMAC-SHA1"), "SHA256": isMAC("HMAC-SHA256"), "SHA384": isMAC("HMAC-SHA384"),
	"aNULL": isAuth("anon"), "aDSS": isAuth("DSS"), "DSS": isAuth("DSS"), "aPSK": isAuth("PSK"),
	"ADH": isExchange("DH_anon"), "AECDH": isExchange("ECDH_anon"), "kRSA": isExchange("RSA", "RSA_EXPORT"), "RSA": isExchange("RSA", "RSA_EXPORT"),
	"kDHE": isExchange("DHE", "DHE_EXPORT", "DH_anon"), "kEDH": isExchange("DHE", "DHE_EXPORT", "DH_anon"),
	"DHE": isExchange("DHE", "DHE_EXPORT"), "EDH": isExchange("DHE", "DHE_EXPORT"),
	"kECDHE": isExchange("ECDHE", "ECDH_anon"), "kEECDH": isExchange("ECDHE", "ECDH_anon"), "ECDHE": isExchange("ECDHE"), "EECDH": isExchange("ECDHE"),
	"PSK": isExchange("PSK", "DHE_PSK", "RSA_PSK", "ECDHE_PSK"), "kPSK": isExchange("PSK"), "kDHEPSK": isExchange("DHE_PSK"), "kRSAPSK": isExchange("RSA_PSK"), "kECDHEPSK": isExchange("ECDHE_PSK"),
	"SRP": isExchange("SRP"), "kSRP": isExchange("SRP"), "KRB5": isExchange("KRB5"), "kKRB5": isExchange("KRB5"),
}

func isExport(s iana.Suite) bool { return s.Export }

// isCipher takes the beginnings of names, and so the ciphers of any length.
func isCipher(begin ...string) func(iana.Suite) bool {
	return func(s iana.Suite) bool {
		return slices.ContainsFunc(begin, func(b string) bool { return strings.HasPrefix(s.Cipher, b) })
	}
}

func isMAC(name string) func(iana.Suite) bool {
	return func(s iana.Suite) bool { return s.MAC == name }
}

func isAuth(names ...string) func(iana.Suite) bool {
	return func(s iana.Suite) bool { return slices.Contains(names, s.Authentication) }
}

func isExchange(names ...string) func(iana.Suite) bool {
	return func(s iana.Suite) bool { return slices.Contains(names, s.KeyExchange) }
}
