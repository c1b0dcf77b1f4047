package cyclonedx

import (
	"fmt"
	"slices"
	"strings"
)

// A Version is a version of the CycloneDX specification.
type Version string

// The versions that are written.
const (
	V16 Version = "1.6"
	V17 Version = "1.7"
)

// Versions lists them, oldest first.
func Versions() []Version { return []Version{V16, V17} }

// ParseVersion reads a version.
func ParseVersion(s string) (Version, error) {
	if slices.Contains(Versions(), Version(s)) {
		return Version(s), nil
	}
	return "", fmt.Errorf("CycloneDX version %q: want 1.6 or 1.7", s)
}

// fit leaves of a component what the version has a place for. Components are
// built as 1.7 has them; 1.6 has other places for some relations and none for
// other facts.
func (v Version) fit(c *component) {
	if v == V17 || c.Crypto == nil {
		return
	}
	switch x := c.Crypto; {
	case x.Algorithm != nil:
		x.Algorithm.Curve, x.Algorithm.EllipticCurve, x.Algorithm.Family = x.Algorithm.EllipticCurve, "", ""
	case x.Certificate != nil:
		p := x.Certificate
		c.Properties = append(c.Properties, certificateProperties(p)...)
		p.SignatureRef, p.KeyRef = related(p.Related, relatedAlgorithm), related(p.Related, relatedPublicKey)
		p.Serial, p.State, p.Extensions, p.Related = "", nil, nil, nil
	case x.Material != nil:
		p := x.Material
		p.AlgorithmRef = related(p.Related, relatedAlgorithm)
		p.Fingerprint, p.Related = nil, nil
	case x.Protocol != nil:
		p := x.Protocol
		for _, a := range p.Related {
			p.RefArray = append(p.RefArray, a.Ref)
		}
		p.Related = nil
		for i := range p.Suites {
			p.Suites[i].Groups, p.Suites[i].Schemes = nil, nil
		}
	}
}

// certificateProperties are the facts of a certificate for which 1.6 has no
// place.
func certificateProperties(p *certificate) (list []property) {
	if p.Serial != "" {
		list = append(list, property{propSerial, p.Serial})
	}
	for _, s := range p.State {
		list = append(list, property{propState, s.State + ", " + s.Reason})
	}
	for _, e := range p.Extensions {
		list = append(list, property{propExtension, e.Name + ", " + e.Value})
	}
	return list
}

// related is the first of the assets that is of the type; "" for none.
func related(all []relatedAsset, kind string) string {
	for _, a := range all {
		if a.Type == kind {
			return a.Ref
		}
	}
	return ""
}

// schemaURL is what the document names as its schema.
func (v Version) schemaURL() string {
	return strings.Replace("http://cyclonedx.org/schema/bom-V.schema.json", "V", string(v), 1)
}
