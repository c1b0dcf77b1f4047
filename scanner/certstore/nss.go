package certstore

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
	_ "modernc.org/sqlite" // the driver

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// Attributes of PKCS#11 (its header pkcs11t.h) by the columns in which NSS
// keeps them: "a" and the number in hexadecimal (lib/softoken/sdb.c).
const (
	nssClass    = "a0"
	nssLabel    = "a3"
	nssValue    = "a11"
	nssKeyType  = "a100"
	nssModulus  = "a120"
	nssExponent = "a122"
	nssSecret   = "a123" // RSA's private exponent: how it is encrypted is how the key is
	nssECParams = "a180"
	nssPoint    = "ad5a0db00" // CKA_NSS_DB: the public half of a private key
)

// Values of CKA_CLASS and CKA_KEY_TYPE.
const (
	classCertificate = 1
	classPrivateKey  = 3
	classSecretKey   = 4
	keyRSA           = 0
	keyEC            = 3
)

const maxNSSObjects = 20_000

// nssTable is how NSS makes its tables. No other is read: a view or a computed
// column could have the reader work without end.
var nssTable = regexp.MustCompile(`^CREATE TABLE (nssPublic|nssPrivate) \(id PRIMARY KEY UNIQUE ON CONFLICT ABORT(?:, a[0-9a-f]{1,8})+\)$`)

// nss reads cert9.db and key4.db: certificates, which stand in the clear, and
// of the private keys the public half and the protection. The database is read
// from memory, so nothing beside the file is opened or made.
func (c *content) nss(data []byte) {
	c.format("NSS")
	if err := c.nssDatabase(data); err != nil {
		c.incomplete("NSS content", scanner.ReasonGarbage, scanner.Escape(err.Error()))
	}
}

func (c *content) nssDatabase(data []byte) error {
	ctx := context.Background() // memory does not block
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := load(conn, data); err != nil {
		return err
	}
	for _, table := range []string{"nssPublic", "nssPrivate"} {
		var made string
		err := conn.QueryRowContext(ctx, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ? AND length(sql) < 10000", table).Scan(&made)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		if !nssTable.MatchString(made) {
			return errors.New("the table " + table + " is not made as NSS makes it")
		}
		if err := c.nssObjects(ctx, conn, table); err != nil {
			return err
		}
	}
	return c.nssPassword(ctx, conn)
}

// load makes a database out of the bytes of one. What NSS has not yet written
// back from its log is not in the file.
func load(conn *sql.Conn, data []byte) error {
	const readVersion, writeVersion = 18, 19 // fields of SQLite's header; 2 would ask for a log
	if len(data) < 100 {
		return errors.New("cut short within its header")
	}
	data[readVersion], data[writeVersion] = 1, 1
	err := conn.Raw(func(c any) error {
		d, ok := c.(interface{ Deserialize([]byte) error })
		if !ok {
			return driver.ErrSkip
		}
		return d.Deserialize(data)
	})
	if err != nil {
		return err
	}
	_, err = conn.ExecContext(context.Background(), "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON")
	return err
}

// nssRow is an object as far as it is read.
type nssRow struct {
	class, label, value, kind, modulus, exponent, secret, params, point []byte
}

func (c *content) nssObjects(ctx context.Context, conn *sql.Conn, table string) error {
	rows, err := conn.QueryContext(ctx, fmt.Sprintf("SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s FROM %s ORDER BY rowid LIMIT %d",
		nssClass, nssLabel, nssValue, nssKeyType, nssModulus, nssExponent, nssSecret, nssECParams, nssPoint, table, maxNSSObjects+1))
	if err != nil {
		return err
	}
	defer rows.Close()
	for n := 0; rows.Next(); n++ {
		if n == maxNSSObjects {
			c.incomplete("NSS objects", scanner.ReasonTooLarge, fmt.Sprintf("more than %d", n))
			break
		}
		var r nssRow
		if err := rows.Scan(&r.class, &r.label, &r.value, &r.kind, &r.modulus, &r.exponent, &r.secret, &r.params, &r.point); err != nil {
			return err
		}
		c.nssObject(r)
	}
	return rows.Err()
}

func (c *content) nssObject(r nssRow) {
	before := len(c.observation.Store.Items)
	switch number(r.class) {
	case classCertificate:
		c.certificate(r.value)
	case classPrivateKey:
		c.nssPrivateKey(r)
	case classSecretKey:
		c.add(scanner.Item{Kind: scanner.ItemSecretKey, Protection: nssProtection(r.value)})
	}
	for i := before; i < len(c.observation.Store.Items); i++ {
		c.observation.Store.Items[i].Alias = scanner.Escape(r.label)
	}
}

// nssPrivateKey tells a key by its public half. The secret is encrypted
// attribute by attribute, each with its parameters before it.
func (c *content) nssPrivateKey(r nssRow) {
	item := scanner.Item{Kind: scanner.ItemPrivateKey, Protection: nssProtection(r.secret)}
	if item.Protection == nil {
		item.Protection = nssProtection(r.value)
	}
	if spki := r.spki(); spki != nil {
		key, err := pkix.PublicKey(spki)
		if item.Problem = text(err); err == nil {
			key.Weak = append(key.Weak, c.known.Of(spki)...)
			item.Key, item.SHA256 = &key, key.SPKISHA256
		}
	}
	c.add(item)
}

// number reads an unsigned number as NSS stores it; -1 for what is none.
func number(b []byte) int64 {
	if len(b) != 4 {
		return -1
	}
	return int64(binary.BigEndian.Uint32(b))
}

// spki puts the public half together (RFC 3279 sections 2.3.1 and 2.3.5); nil
// for a key of another sort.
func (r nssRow) spki() []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		switch number(r.kind) {
		case keyRSA:
			b.AddBytes([]byte{0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0}) // rsaEncryption, NULL
			b.AddASN1(asn1.BIT_STRING, func(b *cryptobyte.Builder) {
				b.AddUint8(0)
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { unsigned(b, r.modulus); unsigned(b, r.exponent) })
			})
		case keyEC:
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes([]byte{6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1}) // id-ecPublicKey
				b.AddBytes(r.params)
			})
			b.AddASN1BitString(r.point)
		default:
			b.SetError(errors.New("another sort"))
		}
	})
	spki, err := b.Bytes()
	if err != nil {
		return nil
	}
	return spki
}

func unsigned(b *cryptobyte.Builder, number []byte) {
	b.AddASN1(asn1.INTEGER, func(b *cryptobyte.Builder) {
		if len(number) == 0 || number[0]&0x80 != 0 {
			b.AddUint8(0)
		}
		b.AddBytes(number)
	})
}

// oidNSSTripleDES is NSS's own pbeWithSha1AndTripleDES-CBC, of before 3.49.
var oidNSSTripleDES = []byte{6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 12, 5, 1, 3}

// nssProtection reads what stands before an encrypted attribute; nil for what
// is not encrypted.
func nssProtection(attribute []byte) *scanner.Protection {
	in := cryptobyte.String(attribute)
	var body, algorithm, inner cryptobyte.String
	if !in.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1Element(&algorithm, asn1.SEQUENCE) {
		return nil
	}
	p, err := pkix.Protection(algorithm)
	if err != nil {
		return nil
	}
	if algorithm.ReadASN1(&inner, asn1.SEQUENCE) && len(inner) >= len(oidNSSTripleDES) && string(inner[:len(oidNSSTripleDES)]) == string(oidNSSTripleDES) {
		p.Scheme, p.KDF, p.PRF, p.Cipher = "NSS-key4-legacy-3DES", "PKCS12-KDF", "SHA-1", "3DES-EDE-CBC"
	}
	return &p
}

// nssPassword tells how the password itself is checked, and whether there is
// none: then everybody can open the keys.
func (c *content) nssPassword(ctx context.Context, conn *sql.Conn) error {
	var salt, check []byte
	err := conn.QueryRowContext(ctx, "SELECT item1, item2 FROM metaData WHERE id = 'password'").Scan(&salt, &check)
	if err != nil {
		return nil // cert9.db has none
	}
	return c.nssCheck(salt, check)
}

func (c *content) nssCheck(salt, check []byte) error {
	p := nssProtection(check)
	if p == nil {
		return errors.New("how the password is checked is unreadable")
	}
	if nssEmpty(salt, check) {
		p = &scanner.Protection{Scheme: "NSS-empty-password", KDF: p.KDF, PRF: p.PRF, Cipher: p.Cipher, Iterations: p.Iterations, SaltBits: p.SaltBits}
	}
	p.Member = c.member
	c.observation.Store.Protection = append(c.observation.Store.Protection, *p)
	return nil
}

// nssEmpty tells whether the empty password opens the check (lib/softoken/
// sdb.c, lowpbe.c): PBES2 with PBKDF2, HMAC-SHA-256 and AES-256-CBC, over the
// SHA-1 of the salt and the password. NSS takes the whole encoded parameter,
// tag and length with it, for the initialisation vector.
func nssEmpty(salt, check []byte) bool {
	const maxIterations = 1_000_000
	in := cryptobyte.String(check)
	var body, alg, params, kdf, kdfParams, enc, kdfSalt, secret, iv cryptobyte.String
	var iterations int
	ok := in.ReadASN1(&body, asn1.SEQUENCE) && body.ReadASN1(&alg, asn1.SEQUENCE) && body.ReadASN1(&secret, asn1.OCTET_STRING) &&
		alg.SkipASN1(asn1.OBJECT_IDENTIFIER) && alg.ReadASN1(&params, asn1.SEQUENCE) &&
		params.ReadASN1(&kdf, asn1.SEQUENCE) && params.ReadASN1(&enc, asn1.SEQUENCE) &&
		kdf.SkipASN1(asn1.OBJECT_IDENTIFIER) && kdf.ReadASN1(&kdfParams, asn1.SEQUENCE) &&
		kdfParams.ReadASN1(&kdfSalt, asn1.OCTET_STRING) && kdfParams.ReadASN1Integer(&iterations) &&
		enc.SkipASN1(asn1.OBJECT_IDENTIFIER) && enc.ReadASN1Element(&iv, asn1.OCTET_STRING)
	if !ok || len(iv) != aes.BlockSize || len(secret) != aes.BlockSize || iterations < 1 || iterations > maxIterations {
		return false
	}
	hashed := sha1.Sum(salt)
	key, err := pbkdf2.Key(sha256.New, string(hashed[:]), kdfSalt, iterations, 32)
	if err != nil {
		return false
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return false
	}
	plain := make([]byte, aes.BlockSize)
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, secret)
	return string(plain) == "password-check\x02\x02"
}
