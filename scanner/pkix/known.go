package pkix

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// KnownKeys are keys whose private halves others have, such as those that
// Debian's OpenSSL made from 2006 to 2008 (CVE-2008-0166). The nil pointer
// knows none.
type KnownKeys struct {
	names []string
	short map[[10]byte]int // by the last 80 bits of either fingerprint below
	spki  map[[sha256.Size]byte]int
}

// maxComplaints bounds what is said of one file that is no list.
const maxComplaints = 10

// Read adds a list, a fingerprint a line, in hex:
//
//	20 digits  openssl-blacklist: the end of the SHA-1 of "Modulus=<HEX>\n"
//	           (openssl-vulnkey(1)), or openssh-blacklist: the end of the MD5
//	           fingerprint of the SSH key blob (ssh-vulnkey(1))
//	64 digits  the SHA-256 of SubjectPublicKeyInfo, for any key
//
// Empty lines and those that begin with # are left out. An error tells every
// line that is neither, as far as there are not too many.
func (k *KnownKeys) Read(name string, list []byte) error {
	if k.short == nil {
		k.short, k.spki = map[[10]byte]int{}, map[[sha256.Size]byte]int{}
	}
	at, wrong, entries := len(k.names), 0, 0
	k.names = append(k.names, name)
	var errs []error
	number := 0
	for line := range bytes.Lines(list) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		entries++
		if k.enter(line, at) {
			continue
		}
		if wrong++; wrong <= maxComplaints {
			errs = append(errs, fmt.Errorf("%s:%d: want 20 hex digits (openssl-blacklist, openssh-blacklist) or 64 (SHA-256 of the public key)", name, number))
		}
	}
	switch {
	case wrong > maxComplaints:
		errs = append(errs, fmt.Errorf("%s: %d more lines like these", name, wrong-maxComplaints))
	case entries == 0:
		errs = append(errs, fmt.Errorf("%s: holds no fingerprint", name))
	}
	return errors.Join(errs...)
}

// enter adds one fingerprint; the list that named it first keeps it.
func (k *KnownKeys) enter(line []byte, at int) bool {
	var long [sha256.Size]byte
	if len(line) != 20 && len(line) != 2*len(long) {
		return false
	}
	n, err := hex.Decode(long[:], line)
	if err != nil {
		return false
	}
	if n == len(long) {
		if _, known := k.spki[long]; !known {
			k.spki[long] = at
		}
		return true
	}
	if _, known := k.short[[10]byte(long[:10])]; !known {
		k.short[[10]byte(long[:10])] = at
	}
	return true
}

// Of tells whether the key in a DER structure of any kind is known: of a
// certificate, a request, a public or a private key.
func (k *KnownKeys) Of(der []byte) []scanner.Weakness {
	if k == nil {
		return nil
	}
	spki := publicKeyOf(der)
	if spki == nil {
		return nil
	}
	at, known := k.spki[sha256.Sum256(spki)]
	for _, print := range fingerprints(spki) {
		if !known {
			at, known = k.short[print]
		}
	}
	if !known {
		return nil
	}
	return []scanner.Weakness{{Name: scanner.WeakListed, Detail: printable(k.names[at])}}
}

// publicKeyOf finds the SubjectPublicKeyInfo in a structure, or makes it of
// the public half of an RSA key; nil where there is none.
func publicKeyOf(der []byte) []byte {
	switch KindOf(der) {
	case scanner.ItemCertificate:
		s, _ := openSigned(der)
		b, _ := walk(s.tbs.body)
		return b.spki.full
	case scanner.ItemCSR:
		s, _ := openSigned(der)
		tbs := s.tbs.body
		tbs.read(tagInteger)
		tbs.read(tagSequence)
		spki, _ := tbs.read(tagSequence)
		return spki.full
	case scanner.ItemPublicKey:
		seq, _ := reader(der).only(tagSequence)
		if seq.body.peek(tagSequence) {
			return seq.full
		}
		return rsaSPKI(der)
	case scanner.ItemPrivateKey:
		seq, _ := reader(der).only(tagSequence)
		secret := reader(der)
		if _, ok := seq.body.small(); ok && seq.body.peek(tagSequence) { // PKCS#8
			seq.body.read(tagSequence)
			octets, _ := seq.body.read(tagOctetString)
			secret = octets.body
		}
		if n, e, ok := rsaPublic(secret); ok {
			return rsaSPKI(appendElement(nil, tagSequence, appendInteger(appendInteger(nil, n), e)))
		}
	}
	return nil
}

// rsaSPKI puts a public key of PKCS#1 into the form that names its algorithm.
func rsaSPKI(pkcs1 []byte) []byte {
	return publicKeyInfo(algorithm{oid: oidRSA, params: nullParams}, pkcs1)
}

// fingerprints are what the lists of 20 digits know a key by: RSA keys as
// OpenSSL and as SSH have them, DSA keys as SSH has them.
func fingerprints(spki []byte) [][10]byte {
	seq, _ := reader(spki).only(tagSequence)
	alg, _ := seq.body.algorithm()
	bits, _ := seq.body.bits()
	value := reader(bits)
	switch alg.oid {
	case oidRSA, oidPSS:
		numbers, _ := value.read(tagSequence)
		n, e := field(&numbers.body), field(&numbers.body)
		modulus := sha1.Sum([]byte("Modulus=" + strings.ToUpper(n.Text(16)) + "\n"))
		return [][10]byte{[10]byte(modulus[10:]), sshPrint("ssh-rsa", e, n)}
	case oidDSA:
		numbers, _ := alg.params.read(tagSequence)
		p, q, g := field(&numbers.body), field(&numbers.body), field(&numbers.body)
		return [][10]byte{sshPrint("ssh-dss", p, q, g, field(&value))}
	}
	return nil
}

// sshPrint is the end of the MD5 fingerprint of a key as a blob of SSH (RFC
// 4253 section 6.6).
func sshPrint(kind string, numbers ...*big.Int) [10]byte {
	blob := binary.BigEndian.AppendUint32(nil, uint32(len(kind)))
	blob = append(blob, kind...)
	for _, n := range numbers {
		body := n.Bytes()
		if n.BitLen()%8 == 0 && n.BitLen() > 0 { // the top bit would be a sign
			body = append([]byte{0}, body...)
		}
		blob = binary.BigEndian.AppendUint32(blob, uint32(len(body)))
		blob = append(blob, body...)
	}
	sum := md5.Sum(blob)
	return [10]byte(sum[6:])
}
