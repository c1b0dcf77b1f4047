package keystore

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"hash"
	"math/big"

	"golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/scrypt"
)

// What PKCS#12's key derivation makes (RFC 7292 appendix B.3).
const (
	forKey byte = 1
	forIV  byte = 2
	forMAC byte = 3
)

// pkcs12Key is PKCS#12's own key derivation (RFC 7292 appendix B.2).
func pkcs12Key(h func() hash.Hash, password, salt []byte, iterations int, purpose byte, size int) []byte {
	d := h()
	v := d.BlockSize()
	diversifier := bytes.Repeat([]byte{purpose}, v)
	input := append(stretched(salt, v), stretched(password, v)...)
	one := big.NewInt(1)
	var out []byte
	for {
		d.Reset()
		d.Write(diversifier)
		d.Write(input)
		a := d.Sum(nil)
		for range iterations - 1 {
			d.Reset()
			d.Write(a)
			a = d.Sum(a[:0])
		}
		if out = append(out, a...); len(out) >= size {
			return out[:size]
		}
		b := new(big.Int).SetBytes(stretched(a, v)[:v])
		b.Add(b, one)
		for i := 0; i < len(input); i += v {
			sum := new(big.Int).SetBytes(input[i : i+v])
			text := sum.Add(sum, b).Bytes()
			if len(text) > v {
				text = text[len(text)-v:]
			}
			clear(input[i : i+v])
			copy(input[i+v-len(text):i+v], text)
		}
	}
}

// stretched repeats b up to a multiple of v bytes.
func stretched(b []byte, v int) []byte {
	if len(b) == 0 {
		return nil
	}
	n := (len(b) + v - 1) / v * v
	return bytes.Repeat(b, n/len(b)+1)[:n]
}

// pbkdf1 is RFC 8018 section 5.1, without its bound on the length.
func pbkdf1(h func() hash.Hash, password, salt []byte, iterations, size int) []byte {
	d := h()
	d.Write(password)
	d.Write(salt)
	key := d.Sum(nil)
	for range iterations - 1 {
		d.Reset()
		d.Write(key)
		key = d.Sum(key[:0])
	}
	return key[:min(size, len(key))]
}

// bytesToKey is OpenSSL's EVP_BytesToKey with MD5 and one round.
func bytesToKey(password, salt []byte, size int) []byte {
	var out, last []byte
	for len(out) < size {
		d := md5.New()
		d.Write(last)
		d.Write(password)
		d.Write(salt)
		last = d.Sum(nil)
		out = append(out, last...)
	}
	return out[:size]
}

// hashes are the hashes of the pseudo-random functions of RFC 8018 appendix
// B.1, and of HMAC itself, by their object identifiers.
func prfHash(oid string) (func() hash.Hash, bool) {
	switch oid {
	case "", "1.2.840.113549.2.7": // the default
		return sha1.New, true
	case "1.2.840.113549.2.6":
		return md5.New, true
	case "1.2.840.113549.2.8":
		return sha256.New224, true
	case "1.2.840.113549.2.9":
		return sha256.New, true
	case "1.2.840.113549.2.10":
		return sha512.New384, true
	case "1.2.840.113549.2.11":
		return sha512.New, true
	case "1.2.840.113549.2.12":
		return sha512.New512_224, true
	case "1.2.840.113549.2.13":
		return sha512.New512_256, true
	}
	if size := map[string]int{
		"2.16.840.1.101.3.4.2.13": 28, "2.16.840.1.101.3.4.2.14": 32,
		"2.16.840.1.101.3.4.2.15": 48, "2.16.840.1.101.3.4.2.16": 64,
	}[oid]; size > 0 {
		return sha3Hash(size), true
	}
	return nil, false
}

func sha3Hash(size int) func() hash.Hash {
	return func() hash.Hash {
		switch size {
		case 28:
			return sha3.New224()
		case 32:
			return sha3.New256()
		case 48:
			return sha3.New384()
		}
		return sha3.New512()
	}
}

// digestHash is a hash by its own object identifier, as PKCS#12's MacData
// names it; its name is the catalogue's.
func digestHash(oid string) (h func() hash.Hash, name string) {
	switch oid {
	case "1.2.840.113549.2.5":
		return md5.New, "MD5"
	case "1.3.14.3.2.26":
		return sha1.New, "SHA-1"
	case "2.16.840.1.101.3.4.2.4":
		return sha256.New224, "SHA-224"
	case "2.16.840.1.101.3.4.2.1":
		return sha256.New, "SHA-256"
	case "2.16.840.1.101.3.4.2.2":
		return sha512.New384, "SHA-384"
	case "2.16.840.1.101.3.4.2.3":
		return sha512.New, "SHA-512"
	case "2.16.840.1.101.3.4.2.5":
		return sha512.New512_224, "SHA-512/224"
	case "2.16.840.1.101.3.4.2.6":
		return sha512.New512_256, "SHA-512/256"
	case "2.16.840.1.101.3.4.2.7":
		return sha3Hash(28), "SHA3-224"
	case "2.16.840.1.101.3.4.2.8":
		return sha3Hash(32), "SHA3-256"
	case "2.16.840.1.101.3.4.2.9":
		return sha3Hash(48), "SHA3-384"
	case "2.16.840.1.101.3.4.2.10":
		return sha3Hash(64), "SHA3-512"
	}
	return nil, oid
}

const (
	oidPBKDF2 = "1.2.840.113549.1.5.12"
	oidScrypt = "1.3.6.1.4.1.11591.4.11"
)

// A kdf is the key derivation of PBES2 or PBMAC1 with its parameters.
type kdf struct {
	oid           string
	salt          []byte
	iterations    int // of scrypt the cost parameter N
	keyLen        int // 0 where it is not said
	prf           string
	r, p          int  // scrypt
	equalParallel bool // BCFKS: BouncyCastle takes r for p as well
}

// readKDF reads PBKDF2-params (RFC 8018 appendix A.2) or scrypt-params (RFC
// 7914 section 7.1).
func readKDF(a algorithm) (k kdf, err error) {
	k.oid = a.oid
	if a.oid != oidPBKDF2 && a.oid != oidScrypt {
		return k, unknown("key derivation %s", a.oid)
	}
	body, ok := fields(a.params)
	ok = ok && body.ReadASN1Bytes(&k.salt, asn1.OCTET_STRING) && body.ReadASN1Integer(&k.iterations)
	if ok && a.oid == oidScrypt {
		ok = body.ReadASN1Integer(&k.r) && body.ReadASN1Integer(&k.p)
	}
	if ok && body.PeekASN1Tag(asn1.INTEGER) {
		ok = body.ReadASN1Integer(&k.keyLen)
	}
	if ok && body.PeekASN1Tag(asn1.SEQUENCE) {
		var prf algorithm
		prf, ok = readAlgorithm(&body)
		k.prf = prf.oid
	}
	if !ok || k.iterations < 1 || k.keyLen < 0 || k.keyLen > 1024 {
		return k, damaged("the parameters of the key derivation")
	}
	return k, nil
}

// Bounds of scrypt, whose memory is 128 N r bytes: 64 MiB for one derivation,
// and so many at once.
const (
	maxScrypt = 1 << 19 // N r
	scrypts   = 2
)

// derive makes a key of size bytes.
func (s *session) derive(k kdf, password []byte, size int) ([]byte, error) {
	if k.oid == oidScrypt {
		p := k.p
		if k.equalParallel {
			p = k.r
		}
		if k.r < 1 || p < 1 || k.r > 1024 || p > 1024 || k.iterations > maxScrypt/k.r {
			return nil, errWork
		}
		if err := s.spend(k.iterations * k.r * p); err != nil {
			return nil, err
		}
		select {
		case s.memory <- struct{}{}:
			defer func() { <-s.memory }()
		case <-s.ctx.Done():
			return nil, s.ctx.Err()
		}
		key, err := scrypt.Key(password, k.salt, k.iterations, k.r, p, size)
		if err != nil {
			return nil, damaged("the parameters of scrypt")
		}
		return key, nil
	}
	h, ok := prfHash(k.prf)
	if !ok {
		return nil, unknown("PRF %s", k.prf)
	}
	if err := s.spend(k.iterations * (1 + size/h().Size())); err != nil {
		return nil, err
	}
	key, err := pbkdf2.Key(h, string(password), k.salt, k.iterations, size)
	if err != nil {
		return nil, unknown("PBKDF2 with these parameters")
	}
	return key, nil
}

// mac is HMAC in one call.
func mac(h func() hash.Hash, key, message []byte) []byte {
	m := hmac.New(h, key)
	m.Write(message)
	return m.Sum(nil)
}
