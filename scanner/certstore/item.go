package certstore

import (
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// item adds what a DER structure of the kind holds.
func (c *content) item(kind string, der []byte) {
	switch kind {
	case scanner.ItemCertificate:
		c.certificate(der)
	case scanner.ItemCSR:
		request, key, err := pkix.Request(der)
		item := scanner.Item{Kind: kind, SHA256: scanner.Digest(der), Request: &request, Problem: text(err)}
		key.Weak = append(key.Weak, c.known.Of(der)...)
		if key.Algorithm != "" {
			item.Key = &key
		}
		c.add(item)
	case scanner.ItemCRL:
		request, err := pkix.CRL(der)
		c.add(scanner.Item{Kind: kind, SHA256: scanner.Digest(der), Request: &request, Problem: text(err)})
	case scanner.ItemPrivateKey:
		c.privateKey(der)
	case scanner.ItemPublicKey:
		c.publicKey(der)
	case scanner.ItemParameters:
		p, err := pkix.ReadParameters(der)
		c.add(scanner.Item{Kind: kind, SHA256: scanner.Digest(der), Key: p.Key, Prime: p.Prime, Problem: text(err)})
	case pkix.KindPKCS7:
		c.pkcs7(der)
	case pkix.KindPKCS12:
		c.store(c.opener.PKCS12(c.ctx, der))
	case pkix.KindBCFKS:
		c.store(c.opener.BCFKS(c.ctx, der))
	default:
		c.unread(kind)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// certificate adds a certificate, and its bytes as evidence.
func (c *content) certificate(der []byte) {
	cert := pkix.Certificate(der)
	cert.Key.Weak = append(cert.Key.Weak, c.known.Of(der)...)
	before := len(c.observation.Store.Items)
	c.add(scanner.Item{Kind: scanner.ItemCertificate, SHA256: cert.SHA256, Certificate: &cert, Problem: cert.Problem})
	if len(c.observation.Store.Items) > before {
		c.observation.Evidence = append(c.observation.Evidence, scanner.EvidenceOf("certificate", der))
		c.ders[cert.SHA256] = der
	}
}

// privateKey adds the public half and the protection. Of a key that cannot be
// read not even a digest is told: it would be one of the secret.
func (c *content) privateKey(der []byte) {
	private, err := pkix.PrivateKey(der)
	if err == nil && private.Key == nil {
		e, gap := c.opener.PrivateKey(c.ctx, der)
		c.entry(e)
		c.opened(gap)
		return
	}
	item := scanner.Item{Kind: scanner.ItemPrivateKey, Key: private.Key, Problem: text(err)}
	if private.Key != nil {
		private.Key.Weak = append(private.Key.Weak, c.known.Of(der)...)
		item.SHA256 = private.Key.SPKISHA256
	}
	if private.Protection.Scheme != "" {
		item.Protection = &private.Protection
	}
	c.add(item)
}

// publicKey adds a key as SubjectPublicKeyInfo or in PKCS#1's own form.
func (c *content) publicKey(der []byte) {
	key, err := pkix.PublicKey(der)
	if err != nil {
		if rsa, errRSA := pkix.RSAPublicKey(der); errRSA == nil {
			key, err = rsa, nil
		}
	}
	item := scanner.Item{Kind: scanner.ItemPublicKey, SHA256: key.SPKISHA256, Problem: text(err)}
	if err == nil {
		key.Weak = append(key.Weak, c.known.Of(der)...)
		item.Key = &key
	}
	c.add(item)
}

// pkcs7 adds the certificates and lists that a PKCS#7 structure carries.
func (c *content) pkcs7(der []byte) {
	if sealed(der) != "" {
		c.unread(kindSealed)
		return
	}
	certificates, lists, err := pkix.PKCS7(der)
	for _, der := range certificates {
		c.item(scanner.ItemCertificate, der)
	}
	for _, der := range lists {
		c.item(scanner.ItemCRL, der)
	}
	if err != nil {
		c.incomplete("PKCS#7 content", scanner.ReasonGarbage, err.Error())
	}
}
