package certstore

import (
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/keystore"
)

// store adds what a key store shows.
func (c *content) store(s keystore.Contents) {
	for _, p := range s.Protection {
		p.Member = c.member
		c.observation.Store.Protection = append(c.observation.Store.Protection, p)
	}
	for _, e := range s.Entries {
		c.entry(e)
	}
	for i := range s.Gaps {
		c.opened(&s.Gaps[i])
	}
}

// opened tells what stayed shut, if anything did.
func (c *content) opened(gap *scanner.Incomplete) {
	if gap != nil {
		c.incomplete(gap.What, gap.Reason, gap.Detail)
	}
}

// entry adds one entry of a key store. Certificates that a store holds again,
// in the chain of another key, are told once.
func (c *content) entry(e keystore.Entry) {
	before := len(c.observation.Store.Items)
	switch {
	case e.Certificate != nil:
		c.item(e.Kind, e.Certificate)
		c.entries[scanner.Digest(e.Certificate)] = true
	default:
		item := scanner.Item{Kind: e.Kind, Key: e.Key, Protection: e.Protection, Problem: e.Problem}
		if e.Key != nil {
			item.SHA256 = e.Key.SPKISHA256
		}
		c.add(item)
	}
	for i := range c.observation.Store.Items[before:] {
		c.observation.Store.Items[before+i].Alias = scanner.Escape(e.Alias)
	}
}

// traditional adds a key under OpenSSL's own encryption of PEM.
func (c *content) traditional(b block) {
	header := b.headers["DEK-Info"]
	e, gap := c.opener.Traditional(c.ctx, header, b.data)
	protection := dekInfo(header)
	protection.Opened = e.Protection.Opened
	e.Protection = protection
	if e.Key == nil {
		e.Key = traditionalKey(b.label)
	}
	c.entry(e)
	c.opened(gap)
}
