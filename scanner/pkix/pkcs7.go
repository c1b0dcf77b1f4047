package pkix

import "errors"

const (
	oidData       = "1.2.840.113549.1.7.1"
	oidSignedData = "1.2.840.113549.1.7.2"
)

// PKCS7 returns the DER of the certificates and revocation lists that a
// SignedData carries (RFC 5652 section 5.1), whether anything is signed in it
// or not; BER is read as well. Attribute certificates and other formats among them are left out.
func PKCS7(der []byte) (certificates, lists [][]byte, err error) {
	if len(der) > 1 && der[1] == 0x80 {
		der = DER(der)
	}
	outer, ok := reader(der).only(tagSequence)
	if !ok {
		return nil, nil, errors.New("no PKCS#7: the outer sequence does not fit")
	}
	if oid, _ := outer.body.oid(); oid != oidSignedData {
		return nil, nil, errors.New("no PKCS#7 that carries certificates: its content is not signed data")
	}
	content, ok := outer.body.read(explicit(0))
	if !ok {
		return nil, nil, errors.New("no PKCS#7: the content is unreadable")
	}
	data, ok := content.body.only(tagSequence)
	if !ok {
		return nil, nil, errors.New("no PKCS#7: the signed data is unreadable")
	}
	body := data.body
	_, okVersion := body.small()
	_, okDigests := body.read(tagSet)
	_, okContent := body.read(tagSequence)
	if !okVersion || !okDigests || !okContent {
		return nil, nil, errors.New("no PKCS#7: the signed data is unreadable")
	}
	if set, ok := body.read(explicit(0)); ok {
		certificates, err = sequences(set.body)
	}
	if set, ok := body.read(explicit(1)); ok && err == nil {
		lists, err = sequences(set.body)
	}
	return certificates, lists, err
}

// sequences splits a set into the SEQUENCEs in it.
func sequences(set reader) (all [][]byte, err error) {
	for len(set) > 0 {
		e, ok := set.any()
		if !ok {
			return all, errors.New("PKCS#7 cut short: a member is unreadable")
		}
		if e.tag == tagSequence {
			all = append(all, e.full)
		}
	}
	return all, nil
}
