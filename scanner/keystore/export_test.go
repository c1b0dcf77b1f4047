package keystore

import (
	"context"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/fipsweep/fipsweep/scanner"
)

// OpenBCFKS is the plaintext of a store; nil if it does not open.
func (o *Opener) OpenBCFKS(ctx context.Context, data []byte) []byte {
	k := &bcfks{session: o.session(ctx)}
	body, _ := fields(data)
	var store, sealed cryptobyte.String
	if !body.ReadASN1(&store, asn1.SEQUENCE) {
		return nil
	}
	a, ok := readAlgorithm(&store)
	if !ok || !store.ReadASN1(&sealed, asn1.OCTET_STRING) {
		return nil
	}
	plain, _, err := k.open(a, sealed, forStore, func([]byte) bool { return true })
	if err != nil {
		return nil
	}
	return plain
}

// BCFKSObjects reads the plaintext of a store.
func (o *Opener) BCFKSObjects(ctx context.Context, plain []byte) Contents {
	k := &bcfks{session: o.session(ctx)}
	if err := k.objects(plain); err != nil {
		k.gap("BCFKS content", scanner.ReasonGarbage, err.Error())
	}
	return k.Contents
}
