package certstore

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// maxRelated bounds the certificates of one file whose issuers are looked for.
const maxRelated = 1000

// relate finds what the items of the file have to do with each other: what each
// certificate is for, which goes with a private key, and which chains are
// complete.
func (c *content) relate() {
	if c.observation.Store == nil { // a configuration has no items
		return
	}
	items := c.observation.Store.Items
	byKey, subjects, issuers := map[string]int{}, map[string][]int{}, map[string]bool{}
	certificates := 0
	for i := range items {
		cert := items[i].Certificate
		if cert == nil {
			continue
		}
		certificates++
		if _, ok := byKey[cert.Key.SPKISHA256]; !ok {
			byKey[cert.Key.SPKISHA256] = i
		}
		subjects[cert.Subject] = append(subjects[cert.Subject], i)
		if !cert.SelfSigned {
			issuers[cert.Issuer] = true
		}
	}
	paired := map[int]bool{}
	for i := range items {
		if at, ok := pairOf(items, i, byKey); ok {
			items[i].Pair = items[at].SHA256
			paired[at] = true
		}
	}
	c.roles(items, paired, issuers)
	looked := 0
	for i := range items {
		cert := items[i].Certificate
		if cert == nil || !paired[i] && (certificates < 2 || cert.SelfSigned || issuers[cert.Subject]) {
			continue
		}
		if looked++; looked > maxRelated {
			return
		}
		items[i].Chain = c.chain(items, i, subjects)
	}
}

// pairOf finds the certificate of a private key: by its public half, or where
// that could not be computed as the first of its alias, which is how Java
// stores tie the two.
func pairOf(items []scanner.Item, i int, byKey map[string]int) (int, bool) {
	key := &items[i]
	if key.Kind != scanner.ItemPrivateKey {
		return 0, false
	}
	if key.SHA256 != "" {
		at, ok := byKey[key.SHA256]
		return at, ok
	}
	if key.Alias == "" {
		return 0, false
	}
	at := slices.IndexFunc(items, func(other scanner.Item) bool {
		return other.Certificate != nil && other.Alias == key.Alias && (key.Key == nil || key.Key.Algorithm == other.Certificate.Key.Algorithm)
	})
	return at, at >= 0
}

// chain tells whether the way up from a certificate ends in the file. Only
// those that may lie on it are looked at.
func (c *content) chain(items []scanner.Item, leaf int, subjects map[string][]int) string {
	way := []int{leaf}
	for at := 0; at < len(way) && len(way) < 32; at++ {
		cert := items[way[at]].Certificate
		if cert.Issuer == cert.Subject {
			continue
		}
		for _, next := range subjects[cert.Issuer] {
			if !slices.Contains(way, next) {
				way = append(way, next)
			}
		}
	}
	var ders [][]byte
	for _, i := range way {
		ders = append(ders, c.ders[items[i].SHA256])
	}
	path := pkix.Path(ders)
	last := items[way[path[len(path)-1]]].Certificate
	if last.Subject == last.Issuer {
		return scanner.ChainComplete
	}
	return scanner.ChainIncomplete
}
