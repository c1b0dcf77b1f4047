package keystore

import (
	"context"
	"errors"
	"slices"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

const (
	oidData          = "1.2.840.113549.1.7.1"
	oidSignedData    = "1.2.840.113549.1.7.2"
	oidEncryptedData = "1.2.840.113549.1.7.6"

	oidBags = "1.2.840.113549.1.12.10.1." // and 1 to 6 (RFC 7292 section 4.2)

	oidX509         = "1.2.840.113549.1.9.22.1"
	oidCRL          = "1.2.840.113549.1.9.23.1"
	oidFriendlyName = "1.2.840.113549.1.9.20"
)

// maxEntries bounds the entries of one store.
const maxEntries = 100_000

// A pfx is a PKCS#12 file that is being read (RFC 7292).
type pfx struct {
	*session
	Contents
	mac     *macData
	altered bool // the MAC fits no password
	opened  bool // a part was, which has the MAC's password
	sealed  bool // something in it is encrypted
	open    bool // certificates stand in the clear
	keys    bool // private or secret ones
	depth   int
}

// PKCS12 reads a PKCS#12 file, in DER or BER.
func (o *Opener) PKCS12(ctx context.Context, data []byte) Contents {
	f := &pfx{session: o.session(ctx)}
	if err := f.read(data); err != nil {
		f.gap("PKCS#12 content", scanner.ReasonGarbage, err.Error())
	}
	return f.Contents
}

// normal is BER as DER, or what it was.
func normal(ber []byte) cryptobyte.String {
	if der := pkix.DER(ber); der != nil {
		return der
	}
	return ber
}

func (f *pfx) read(data []byte) error {
	body, ok := fields(normal(data))
	version := 0
	var safe cryptobyte.String
	if !ok || !body.ReadASN1Integer(&version) || !body.ReadASN1(&safe, asn1.SEQUENCE) {
		return damaged("no PFX")
	}
	content, signed, err := authSafe(safe)
	if err != nil {
		return err
	}
	switch {
	case !body.Empty():
		if f.mac, err = readMAC(body); err != nil {
			return err
		}
		f.Protection = append(f.Protection, f.mac.protection())
		f.verify(content)
	case signed != nil:
		f.Protection = append(f.Protection, *signed)
	default:
		f.Protection = append(f.Protection, scanner.Protection{Scheme: "pkcs12-no-mac"})
	}
	if err := f.authenticated(content); err != nil {
		return err
	}
	f.conclude()
	return nil
}

// conclude says what only the whole shows.
func (f *pfx) conclude() {
	if f.open && f.keys {
		f.Protection = append(f.Protection, scanner.Protection{Scheme: "pkcs12-certs-unencrypted"})
	}
	switch {
	case !f.altered:
	case f.opened:
		f.gap("PKCS#12 integrity", scanner.ReasonGarbage, "a password opens the content, and the MAC does not fit: the file was altered or is damaged")
	case f.first != nil, !f.sealed: // a key may have a password of its own
		f.locked("PKCS#12 integrity", "", f.ambiguous(errPassword), f.given())
	}
}

// authSafe is the content of the outer ContentInfo: plain, or signed (RFC 7292
// section 4).
func authSafe(safe cryptobyte.String) (content []byte, signed *scanner.Protection, err error) {
	oid, ok := readOID(&safe)
	var inner cryptobyte.String
	if !ok || !safe.ReadASN1(&inner, context0.Constructed()) {
		return nil, nil, damaged("the content is unreadable")
	}
	switch oid {
	case oidData:
	case oidSignedData:
		version := 0
		var data, of cryptobyte.String
		if !inner.ReadASN1(&data, asn1.SEQUENCE) || !data.ReadASN1Integer(&version) || !data.SkipASN1(asn1.SET) ||
			!data.ReadASN1(&of, asn1.SEQUENCE) || !of.SkipASN1(asn1.OBJECT_IDENTIFIER) || !of.ReadASN1(&inner, context0.Constructed()) {
			return nil, nil, damaged("the signed content is unreadable")
		}
		signed = &scanner.Protection{Scheme: "pkcs12-signed", Signature: signedWith(data)}
	default:
		return nil, nil, unknown("content of type %s", oid)
	}
	content, err = octets(&inner, asn1.OCTET_STRING, asn1.OCTET_STRING.Constructed())
	if err != nil {
		return nil, signed, damaged("the content is unreadable")
	}
	return content, signed, nil
}

// signedWith is the algorithm of the first signature of SignedData (RFC 5652
// section 5.1), from behind its content on; "" where it cannot be read.
func signedWith(rest cryptobyte.String) string {
	var signers, signer cryptobyte.String
	version := 0
	for _, tag := range []asn1.Tag{context0.Constructed(), context0.Constructed() + 1} { // certificates and revocation lists
		if !rest.SkipOptionalASN1(tag) {
			return ""
		}
	}
	if !rest.ReadASN1(&signers, asn1.SET) || !signers.ReadASN1(&signer, asn1.SEQUENCE) || !signer.ReadASN1Integer(&version) {
		return ""
	}
	var id cryptobyte.String
	var tag asn1.Tag
	if !signer.ReadAnyASN1(&id, &tag) {
		return ""
	}
	digest, ok := readAlgorithm(&signer)
	if !ok || !signer.SkipOptionalASN1(context0.Constructed()) { // signed attributes
		return ""
	}
	by, ok := readAlgorithm(&signer)
	if !ok {
		return ""
	}
	return pkix.SignatureName(digest.oid, by.oid)
}

// verify tries the passwords on the MAC.
func (f *pfx) verify(content []byte) {
	p, err := f.try(func(p Password) error { return f.mac.verify(f.session, content, p) })
	switch {
	case err == nil:
		f.Protection[0].Opened = p.origin
	case errors.Is(err, errPassword):
		f.altered = true
	default:
		f.locked("PKCS#12 integrity", "", err, f.given())
	}
}

// authenticated reads AuthenticatedSafe, a row of ContentInfo.
func (f *pfx) authenticated(content []byte) error {
	body, ok := fields(normal(content))
	for ok && !body.Empty() {
		var info cryptobyte.String
		if ok = body.ReadASN1(&info, asn1.SEQUENCE); !ok {
			break
		}
		oid, _ := readOID(&info)
		var inner cryptobyte.String
		if ok = info.ReadASN1(&inner, context0.Constructed()); !ok {
			break
		}
		switch oid {
		case oidData:
			safe, err := octets(&inner, asn1.OCTET_STRING, asn1.OCTET_STRING.Constructed())
			if err != nil {
				return damaged("a part in the clear is unreadable")
			}
			if err := f.bags(normal(safe), true); err != nil {
				return err
			}
		case oidEncryptedData:
			if err := f.encrypted(inner); err != nil {
				return err
			}
		default:
			f.gap("PKCS#12 content", scanner.ReasonUncomputable, "a part of type "+oid+", which takes a key and no password")
		}
	}
	if !ok {
		return damaged("the parts are unreadable")
	}
	return nil
}

// encrypted reads EncryptedData (RFC 2315 section 13), mostly certificates.
func (f *pfx) encrypted(data cryptobyte.String) error {
	body, ok := fields(data)
	version := 0
	var info cryptobyte.String
	if !ok || !body.ReadASN1Integer(&version) || !body.ReadASN1(&info, asn1.SEQUENCE) || !info.SkipASN1(asn1.OBJECT_IDENTIFIER) {
		return damaged("an encrypted part is unreadable")
	}
	a, ok := readAlgorithm(&info)
	if !ok {
		return damaged("an encrypted part has no algorithm")
	}
	sealed, err := octets(&info, context0, context0.Constructed())
	if err != nil {
		return damaged("an encrypted part is unreadable")
	}
	f.sealed = true
	protection, err := pkix.Protection(a.full)
	if err != nil {
		f.gap("PKCS#12 content", scanner.ReasonGarbage, err.Error())
	}
	var plain []byte
	p, err := f.try(func(p Password) (err error) {
		plain, err = f.decrypt(a, sealed, p, func(b []byte) bool { return isSafe(normal(b)) })
		return err
	})
	if err == nil {
		protection.Opened, f.opened = p.origin, true
	}
	f.Protection = append(f.Protection, protection)
	if err != nil {
		f.locked("PKCS#12 content", "", err, f.given())
		return nil
	}
	return f.bags(normal(plain), false)
}

// isSafe tells whether a plaintext is SafeContents.
func isSafe(plain cryptobyte.String) bool {
	body, ok := fields(plain)
	for ok && !body.Empty() {
		var bag cryptobyte.String
		ok = body.ReadASN1(&bag, asn1.SEQUENCE) && bag.PeekASN1Tag(asn1.OBJECT_IDENTIFIER)
	}
	return ok
}

// bags reads SafeContents. A bag that cannot be read is told, and the next one
// read.
func (f *pfx) bags(safe cryptobyte.String, clear bool) error {
	if f.depth++; f.depth > 8 {
		return damaged("bags inside bags")
	}
	defer func() { f.depth-- }()
	body, ok := fields(safe)
	if !ok {
		return damaged("the bags are unreadable")
	}
	for !body.Empty() {
		var bag, value cryptobyte.String
		if !body.ReadASN1(&bag, asn1.SEQUENCE) {
			return damaged("a bag is unreadable")
		}
		if len(f.Entries) >= maxEntries {
			return damaged("more than %d entries", maxEntries)
		}
		oid, ok := readOID(&bag)
		if !ok || !bag.ReadASN1(&value, context0.Constructed()) {
			return damaged("a bag is unreadable")
		}
		if err := f.bag(oid, value, friendlyName(bag), clear); err != nil {
			return err
		}
	}
	return nil
}

func (f *pfx) bag(oid string, value cryptobyte.String, alias string, clear bool) error {
	switch oid {
	case oidBags + "1":
		f.keys = true
		e := Entry{Kind: scanner.ItemPrivateKey, Alias: alias}
		e.Protection = &scanner.Protection{Scheme: "none"}
		if !clear { // the part around it is what protects it
			last := f.Protection[len(f.Protection)-1]
			e.Protection = &last
		}
		f.private(&e, value)
		f.Entries = append(f.Entries, e)
	case oidBags + "2":
		e := Entry{Kind: scanner.ItemPrivateKey, Alias: alias}
		f.sealed, f.keys = true, true
		if err := f.session.shrouded(&e, value); err != nil {
			f.locked("private key", alias, err, f.given())
		}
		f.Entries = append(f.Entries, e)
	case oidBags + "3":
		f.open = f.open || clear
		return f.certificate(value, oidX509, scanner.ItemCertificate, alias)
	case oidBags + "4":
		return f.certificate(value, oidCRL, scanner.ItemCRL, alias)
	case oidBags + "5":
		return f.secret(value, alias)
	case oidBags + "6":
		return f.bags(value, clear)
	default:
		f.gap("PKCS#12 content", scanner.ReasonGarbage, "a bag of type "+oid)
	}
	return nil
}

// certificate reads CertBag or CRLBag.
func (f *pfx) certificate(value cryptobyte.String, want, kind, alias string) error {
	body, ok := fields(value)
	if !ok {
		return damaged("a bag for a %s is unreadable", kind)
	}
	oid, ok := readOID(&body)
	var inner cryptobyte.String
	if !ok || !body.ReadASN1(&inner, context0.Constructed()) {
		return damaged("a bag for a %s is unreadable", kind)
	}
	if oid != want {
		f.gap("PKCS#12 content", scanner.ReasonGarbage, "a "+kind+" of type "+oid)
		return nil
	}
	der, err := octets(&inner, asn1.OCTET_STRING, asn1.OCTET_STRING.Constructed())
	if err != nil {
		return damaged("a bag for a %s is unreadable", kind)
	}
	f.Entries = append(f.Entries, Entry{Kind: kind, Alias: alias, Certificate: slices.Clone(der)})
	return nil
}

// secret reads SecretBag. What Java puts there is a symmetric key in the shape
// of an encrypted PKCS#8 key (sun.security.pkcs12.PKCS12KeyStore).
func (f *pfx) secret(value cryptobyte.String, alias string) error {
	body, ok := fields(value)
	if !ok {
		return damaged("a bag for a secret is unreadable")
	}
	oid, ok := readOID(&body)
	var inner, sealed cryptobyte.String
	if !ok || !body.ReadASN1(&inner, context0.Constructed()) {
		return damaged("a bag for a secret is unreadable")
	}
	e := Entry{Kind: scanner.ItemSecretKey, Alias: alias}
	if oid == oidBags+"2" && inner.ReadASN1(&sealed, asn1.OCTET_STRING) {
		f.sealed, f.keys = true, true
		if err := f.session.shrouded(&e, sealed); err != nil {
			f.locked("secret key", alias, err, f.given())
		}
	} else {
		e.Problem = "a secret of type " + oid
	}
	f.Entries = append(f.Entries, e)
	return nil
}

// friendlyName finds the alias among the attributes of a bag.
func friendlyName(bag cryptobyte.String) string {
	var set cryptobyte.String
	if !bag.ReadASN1(&set, asn1.SET) {
		return ""
	}
	for !set.Empty() {
		var attribute, values, text cryptobyte.String
		if !set.ReadASN1(&attribute, asn1.SEQUENCE) {
			return ""
		}
		if oid, _ := readOID(&attribute); oid != oidFriendlyName {
			continue
		}
		if attribute.ReadASN1(&values, asn1.SET) && values.ReadASN1(&text, asn1.Tag(30)) {
			var units []uint16
			for unit := uint16(0); text.ReadUint16(&unit); {
				units = append(units, unit)
			}
			return string(utf16.Decode(units))
		}
	}
	return ""
}
