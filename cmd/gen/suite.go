package main

import (
	"fmt"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// parts takes the parts of a suite from its name, which is
// TLS_<key exchange>_WITH_<cipher>_<hash> up to TLS 1.2 (RFC 5246 appendix
// A.5) and TLS_<AEAD>_<hash> in TLS 1.3 (RFC 8446 appendix B.4).
func parts(name string) (iana.Suite, error) {
	s := iana.Suite{Name: name}
	full := strings.TrimPrefix(strings.TrimPrefix(name, "OLD_"), "TLS_")
	if alike, ok := irregular[full]; ok {
		full = alike
	}
	exchange, protection, found := strings.Cut(full, "_WITH_")
	if !found {
		exchange, protection = "", full
	}
	kx, ok := exchanges[strings.ReplaceAll(exchange, "_EXPORT1024", "_EXPORT")]
	if !ok {
		return s, fmt.Errorf("suite %s: unknown key exchange %q", name, exchange)
	}
	s.KeyExchange, s.Authentication = kx.exchange, kx.authentication
	s.TLS13 = exchange == "" || tls13Only[full]
	if s.TLS13 {
		s.KeyExchange, s.Authentication = "any", "any"
	}
	s.Export = strings.Contains(exchange, "_EXPORT")
	if strings.HasSuffix(exchange, "_EXPORT1024") && s.KeyExchange == "RSA_EXPORT" {
		s.KeyExchange = "RSA" // the key was 1024 bits, not 512
	}
	cipher, hash, err := split(protection)
	if err != nil {
		return s, fmt.Errorf("suite %s: %w", name, err)
	}
	s.Cipher, s.Mode, s.Bits = cipher.name, cipher.mode, cipher.bits
	return s, integrity(&s, cipher, hash)
}

// split finds the longest cipher that the text begins with, and the hash
// behind it.
func split(text string) (cipher, string, error) {
	var best cipher
	length := -1
	for word, c := range ciphers {
		if (text == word || strings.HasPrefix(text, word+"_")) && len(word) > length {
			best, length = c, len(word)
		}
	}
	if length < 0 {
		return best, "", fmt.Errorf("unknown cipher in %q", text)
	}
	return best, strings.TrimPrefix(text[length:], "_"), nil
}

// integrity fills in MAC and PRF. Up to TLS 1.1 the PRF is the version's own,
// and a suite that names no hash newer than SHA-1 leaves it to the version in
// TLS 1.2 too (RFC 5246 section 5); CCM suites without a hash use SHA-256 (RFC
// 6655 section 3).
func integrity(s *iana.Suite, c cipher, hash string) error {
	h, ok := hashes[hash]
	if !ok {
		return fmt.Errorf("suite %s: unknown hash %q", s.Name, hash)
	}
	s.PRF = h.prf
	switch {
	case c.mac != "":
		s.MAC = c.mac
	case hash == "":
		return fmt.Errorf("suite %s: names neither an AEAD nor a hash", s.Name)
	default:
		s.MAC = h.mac
	}
	if hash == "" {
		s.PRF = c.prf
	}
	return nil
}
