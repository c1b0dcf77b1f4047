package keystore

import (
	"context"
	"crypto/aes"
	"crypto/hmac"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/aesccm"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// The format BCFKS of BouncyCastle's FIPS provider, as
// org.bouncycastle.asn1.bc and jcajce.provider.keystore.bcfks.BcFKSKeyStoreSpi
// write it:
//
//	ObjectStore     ::= SEQUENCE { CHOICE { EncryptedObjectStoreData, ObjectStoreData },
//	                    CHOICE { PbkdMacIntegrityCheck, [0] EXPLICIT SignatureCheck } }
//	Encrypted...    ::= SEQUENCE { AlgorithmIdentifier, OCTET STRING }
//	PbkdMac...      ::= SEQUENCE { mac AlgorithmIdentifier, kdf AlgorithmIdentifier, OCTET STRING }
//	ObjectStoreData ::= SEQUENCE { INTEGER, AlgorithmIdentifier, created, changed,
//	                    SEQUENCE OF ObjectData, comment OPTIONAL }
//	ObjectData      ::= SEQUENCE { type INTEGER, identifier UTF8String, created, changed,
//	                    OCTET STRING, comment OPTIONAL }
//
// Encryption is PBES2 with AES-CCM or AES-KWP. Its keys come of the password
// and of what they are for, each in UTF-16 with two zero octets behind.
const (
	forStore     = "STORE_ENCRYPTION"
	forPrivate   = "PRIVATE_KEY_ENCRYPTION"
	forSecret    = "SECRET_KEY_ENCRYPTION"
	forIntegrity = "INTEGRITY_CHECK"

	oidAES256CCM = "2.16.840.1.101.3.4.1.47"
	oidAES256KWP = "2.16.840.1.101.3.4.1.48"
)

// A bcfks is a BCFKS store that is being read.
type bcfks struct {
	*session
	Contents
}

// BCFKS reads a key store of BouncyCastle's FIPS provider.
func (o *Opener) BCFKS(ctx context.Context, data []byte) Contents {
	k := &bcfks{session: o.session(ctx)}
	if err := k.read(data); err != nil {
		k.gap("BCFKS content", scanner.ReasonGarbage, err.Error())
	}
	return k.Contents
}

func (k *bcfks) read(data []byte) error {
	body, ok := fields(data)
	var store cryptobyte.String
	if !ok || !body.ReadASN1Element(&store, asn1.SEQUENCE) {
		return damaged("no ObjectStore")
	}
	verified := k.integrity(store, body)
	inner, ok := fields(store)
	if !ok {
		return damaged("no store data")
	}
	a, ok := readAlgorithm(&inner)
	var sealed cryptobyte.String
	if !ok || !inner.ReadASN1(&sealed, asn1.OCTET_STRING) {
		k.Protection = append(k.Protection, scanner.Protection{Scheme: "none"})
		return k.objects(store)
	}
	plain, protection, err := k.open(a, sealed, forStore, func(b []byte) bool { _, ok := fields(b); return ok })
	k.Protection = append(k.Protection, protection)
	if err != nil {
		k.locked("BCFKS content", "", err, k.given())
		return nil
	}
	if !verified {
		k.gap("BCFKS integrity", scanner.ReasonGarbage, "a password opens the content, and the MAC does not fit: the file was altered or is damaged")
	}
	return k.objects(plain)
}

// integrity tells false where a MAC is there, can be computed and fits none of
// the passwords.
func (k *bcfks) integrity(store, check cryptobyte.String) bool {
	if check.PeekASN1Tag(context0.Constructed()) { // by a key and no password
		k.Protection = append(k.Protection, scanner.Protection{Scheme: "BCFKS-signature", Signature: signedBy(check)})
		return true
	}
	body, ok := fields(check)
	scheme, okMAC := readAlgorithm(&body)
	derivation, okKDF := readAlgorithm(&body)
	var sum []byte
	if !ok || !okMAC || !okKDF || !body.ReadASN1Bytes(&sum, asn1.OCTET_STRING) {
		k.gap("BCFKS integrity", scanner.ReasonGarbage, "the check is unreadable")
		return true
	}
	f, err := readKDF(derivation)
	f.equalParallel = true
	p := bcfksProtection(f)
	p.MAC = pkix.PRFName(scheme.oid)
	h, known := prfHash(scheme.oid)
	if err == nil && (!known || f.keyLen == 0) {
		err = unknown("MAC %s", p.MAC)
	}
	if err == nil {
		var found *Password
		found, err = k.try(func(p Password) error {
			key, err := k.derive(f, bcfksPassword(p, forIntegrity), f.keyLen)
			if err == nil && !hmac.Equal(mac(h, key, store), sum) {
				err = errPassword
			}
			return err
		})
		if err == nil {
			p.Opened = found.origin
		}
	}
	k.Protection = append(k.Protection, p)
	if err == errPassword {
		return false // told with what the content shows
	}
	if err != nil {
		k.locked("BCFKS integrity", "", err, k.given())
	}
	return true
}

// signedBy is the algorithm of a SignatureCheck; "" where it cannot be read.
func signedBy(check cryptobyte.String) string {
	var inner cryptobyte.String
	if !check.ReadASN1(&inner, context0.Constructed()) {
		return ""
	}
	body, ok := fields(inner)
	if !ok {
		return ""
	}
	by, ok := readAlgorithm(&body)
	if !ok {
		return ""
	}
	return pkix.SignatureName("", by.oid)
}

// bcfksPassword is what keys for a purpose are derived from. To BouncyCastle
// the empty password is as the absent one: nothing at all.
func bcfksPassword(p Password, purpose string) []byte {
	p.null = p.text() == ""
	return append(p.bmp(), NewPassword(purpose).bmp()...)
}

func bcfksProtection(f kdf) scanner.Protection {
	p := scanner.Protection{Scheme: "BCFKS-" + f.name(), KDF: f.name(), Iterations: f.iterations, SaltBits: 8 * len(f.salt)}
	if f.oid == oidPBKDF2 {
		p.PRF = f.prfName()
	}
	return p
}

// open decrypts what PBES2 in BouncyCastle's manner sealed for a purpose.
func (k *bcfks) open(a algorithm, sealed []byte, purpose string, fits func([]byte) bool) (plain []byte, p scanner.Protection, err error) {
	if a.oid != oidPBES2 {
		return nil, scanner.Protection{Scheme: a.oid}, unknown("encryption scheme %s", a.oid)
	}
	f, scheme, err := readPBES2(a)
	f.equalParallel = true
	p = bcfksProtection(f)
	if told, errTold := pkix.Protection(a.full); errTold == nil {
		p.Cipher = told.Cipher
	}
	if err != nil {
		return nil, p, err
	}
	unseal, err := bcfksCipher(scheme)
	if err != nil {
		return nil, p, err
	}
	size := f.keyLen
	if size == 0 {
		size = 32
	}
	found, err := k.try(func(p Password) error {
		if p.null {
			return errPassword
		}
		key, err := k.derive(f, bcfksPassword(p, purpose), size)
		if err != nil {
			return err
		}
		if plain, err = unseal(key, sealed); err == nil && !fits(plain) {
			err = errPassword
		}
		return err
	})
	if err == nil {
		p.Opened = found.origin
	}
	return plain, p, err
}

// bcfksCipher is the way to undo one of the two ciphers that BCFKS knows. Both
// tell a wrong key by themselves.
func bcfksCipher(a algorithm) (func(key, sealed []byte) ([]byte, error), error) {
	switch a.oid {
	case oidAES256KWP:
		return openKWP, nil
	case oidAES256CCM: // RFC 5084 section 3.1
		body, ok := fields(a.params)
		var nonce []byte
		tag := 12
		if !ok || !body.ReadASN1Bytes(&nonce, asn1.OCTET_STRING) || !body.Empty() && !body.ReadASN1Integer(&tag) {
			return nil, damaged("the parameters of CCM")
		}
		return func(key, sealed []byte) ([]byte, error) {
			block, err := aes.NewCipher(key)
			if err != nil {
				return nil, damaged("a key of %d bytes for AES", len(key))
			}
			ccm, err := aesccm.New(block, len(nonce), tag)
			if err != nil {
				return nil, damaged("%v", err)
			}
			plain, err := ccm.Open(nil, nonce, sealed, nil)
			if err != nil {
				return nil, errPassword
			}
			return plain, nil
		}, nil
	}
	return nil, unknown("cipher %s", a.oid)
}

func (k *bcfks) objects(data cryptobyte.String) error {
	body, ok := fields(data)
	version := 0
	var list cryptobyte.String
	if !ok || !body.ReadASN1Integer(&version) {
		return damaged("no store data")
	}
	if _, ok := readAlgorithm(&body); !ok || !body.SkipASN1(asn1.GeneralizedTime) || !body.SkipASN1(asn1.GeneralizedTime) || !body.ReadASN1(&list, asn1.SEQUENCE) {
		return damaged("no list of objects")
	}
	for i := 1; !list.Empty(); i++ {
		var object, name, value cryptobyte.String
		kind := 0
		if !list.ReadASN1(&object, asn1.SEQUENCE) || !object.ReadASN1Integer(&kind) || !object.ReadASN1(&name, asn1.UTF8String) ||
			!object.SkipASN1(asn1.GeneralizedTime) || !object.SkipASN1(asn1.GeneralizedTime) || !object.ReadASN1(&value, asn1.OCTET_STRING) || i > maxEntries {
			return damaged("object %d is unreadable", i)
		}
		if err := k.object(kind, strings.ToValidUTF8(string(name), "?"), value); err != nil {
			return err
		}
	}
	return nil
}

func (k *bcfks) object(kind int, alias string, value cryptobyte.String) error {
	switch kind {
	case 0:
		k.Entries = append(k.Entries, Entry{Kind: scanner.ItemCertificate, Alias: alias, Certificate: slices.Clone(value)})
	case 1, 3:
		body, ok := fields(value)
		var shrouded, chain cryptobyte.String
		if !ok || !body.ReadASN1Element(&shrouded, asn1.SEQUENCE) || !body.ReadASN1(&chain, asn1.SEQUENCE) {
			return damaged("a private key is unreadable")
		}
		e := Entry{Kind: scanner.ItemPrivateKey, Alias: alias}
		k.key(&e, shrouded, forPrivate, isPKCS8, func(plain []byte) { k.private(&e, plain) })
		for !chain.Empty() {
			var der cryptobyte.String
			if !chain.ReadASN1Element(&der, asn1.SEQUENCE) {
				return damaged("a chain is unreadable")
			}
			k.Entries = append(k.Entries, Entry{Kind: scanner.ItemCertificate, Alias: alias, Certificate: slices.Clone(der)})
		}
	case 2, 4:
		e := Entry{Kind: scanner.ItemSecretKey, Alias: alias}
		isSecret := func(b []byte) bool { _, ok := readSecret(b); return ok }
		k.key(&e, value, forSecret, isSecret, func(plain []byte) {
			key, _ := readSecret(plain)
			e.Key = &key
		})
	default:
		k.gap("BCFKS content", scanner.ReasonGarbage, "an object of an unknown kind")
	}
	return nil
}

// key opens an encrypted key of the store.
func (k *bcfks) key(e *Entry, shrouded []byte, purpose string, fits func([]byte) bool, take func([]byte)) {
	a, sealed, ok := readShrouded(shrouded)
	err := damaged("an encrypted key is unreadable")
	if ok {
		var plain []byte
		var p scanner.Protection
		plain, p, err = k.open(a, sealed, purpose, fits)
		e.Protection = &p
		if err == nil {
			take(plain)
		}
	}
	if err != nil {
		k.locked(strings.ReplaceAll(e.Kind, "-", " "), e.Alias, err, k.given())
	}
	k.Entries = append(k.Entries, *e)
}

// readSecret reads SecretKeyData: the algorithm and the key.
func readSecret(plain []byte) (scanner.Key, bool) {
	body, ok := fields(plain)
	if !ok {
		return scanner.Key{}, false
	}
	oid, ok := readOID(&body)
	var key cryptobyte.String
	if !ok || !body.ReadASN1(&key, asn1.OCTET_STRING) {
		return scanner.Key{}, false
	}
	return scanner.Key{Algorithm: secretName(oid), OID: oid, Bits: 8 * len(key)}, true
}
