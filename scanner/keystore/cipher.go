package keystore

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/rc4"
	"fmt"

	"golang.org/x/crypto/blowfish" //lint:ignore SA1019 OpenSSL still encrypts keys with it
	"golang.org/x/crypto/cast5"    //lint:ignore SA1019 likewise
	"golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/twofish" //lint:ignore SA1019 UBER stores are encrypted with it
)

// A mode is a cipher in the mode in which stores use it.
type mode struct {
	name      string
	key, iv   int // bytes; an iv of 0 is a stream cipher
	effective int // RC2: bits
}

// Block ciphers with CBC, and RC4.
var (
	modeBF      = mode{name: "Blowfish", key: 16, iv: 8} // as OpenSSL has it where no length is said
	modeCAST5   = mode{name: "CAST5", key: 16, iv: 8}
	modeDES     = mode{name: "DES", key: 8, iv: 8}
	mode3DES    = mode{name: "3DES", key: 24, iv: 8}
	mode2TDEA   = mode{name: "2TDEA", key: 16, iv: 8}
	modeTwofish = mode{name: "Twofish", key: 32, iv: 16}
)

func modeRC2(key, effective int) mode {
	return mode{name: "RC2", key: key, iv: 8, effective: effective}
}
func modeRC4(key int) mode { return mode{name: "RC4", key: key} }
func modeAES(key int) mode { return mode{name: "AES", key: key, iv: 16} }

func (m mode) block(key []byte) (cipher.Block, error) {
	switch m.name {
	case "Blowfish":
		return blowfish.NewCipher(key)
	case "CAST5":
		return cast5.NewCipher(key)
	case "DES":
		return des.NewCipher(key)
	case "3DES":
		return des.NewTripleDESCipher(key)
	case "2TDEA":
		return des.NewTripleDESCipher(append(key[:16:16], key[:8]...))
	case "RC2":
		return newRC2(key, m.effective), nil
	case "Twofish":
		return twofish.NewCipher(key)
	}
	return aes.NewCipher(key)
}

// open deciphers and takes the padding off. A padding that is none says that
// the key was the wrong one.
func (m mode) open(key, iv, sealed []byte) ([]byte, error) {
	if m.iv == 0 {
		c, err := rc4.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("%w: %s", errUnknown, m.name)
		}
		plain := make([]byte, len(sealed))
		c.XORKeyStream(plain, sealed)
		return plain, nil
	}
	b, err := m.block(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", errUnknown, m.name)
	}
	n := len(sealed)
	if n == 0 || n%b.BlockSize() != 0 || len(iv) != b.BlockSize() {
		return nil, damaged("%d bytes under a cipher of blocks of %d", n, b.BlockSize())
	}
	plain := make([]byte, n)
	cipher.NewCBCDecrypter(b, iv).CryptBlocks(plain, sealed)
	pad := int(plain[n-1])
	if pad == 0 || pad > b.BlockSize() {
		return nil, errPassword
	}
	for _, c := range plain[n-pad:] {
		if int(c) != pad {
			return nil, errPassword
		}
	}
	return plain[:n-pad], nil
}

// pbes2Modes are the CBC ciphers of PBES2 that we compute.
var pbes2Modes = map[string]mode{
	"1.3.6.1.4.1.3029.1.2":    modeBF,
	"1.2.840.113533.7.66.10":  modeCAST5,
	"1.3.14.3.2.7":            modeDES,
	"1.2.840.113549.3.7":      mode3DES,
	"2.16.840.1.101.3.4.1.2":  modeAES(16),
	"2.16.840.1.101.3.4.1.22": modeAES(24),
	"2.16.840.1.101.3.4.1.42": modeAES(32),
}

const oidRC2 = "1.2.840.113549.3.2"

// pbes2Mode is the cipher of a PBES2 and its initialisation vector.
func pbes2Mode(a algorithm, keyLen int) (m mode, iv []byte, err error) {
	params := a.params
	if a.oid == oidRC2 { // RFC 8018 appendix B.2.3
		body, ok := fields(params)
		version := 0
		if !ok || !body.ReadASN1Integer(&version) || !body.ReadASN1Bytes(&iv, asn1.OCTET_STRING) {
			return m, nil, damaged("the parameters of RC2")
		}
		effective := map[int]int{58: 128, 120: 64, 160: 40}[version]
		if version >= 256 && version <= 1024 {
			effective = version
		}
		if effective == 0 || keyLen > 128 {
			return m, nil, unknown("RC2 of version %d", version)
		}
		if keyLen == 0 {
			keyLen = effective / 8
		}
		return modeRC2(keyLen, effective), iv, nil
	}
	m, ok := pbes2Modes[a.oid]
	if !ok {
		return m, nil, unknown("cipher %s", a.oid)
	}
	if !params.ReadASN1Bytes(&iv, asn1.OCTET_STRING) || len(iv) != m.iv {
		return m, nil, damaged("the initialisation vector")
	}
	if m.name == modeBF.name && keyLen > 0 {
		m.key = keyLen
	}
	return m, iv, nil
}
