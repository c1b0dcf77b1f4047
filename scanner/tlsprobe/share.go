package tlsprobe

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlskeys"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// shares is the key_share list for a hello. An empty one makes a server name
// its choice in a HelloRetryRequest, for any group and without a signature;
// fixed ones are for a server that refuses that.
func (s *session) shares(q *question) []tlswire.KeyShare {
	switch {
	case q.share != 0:
		return tlskeys.Shares([]uint16{q.share})
	case q.along != nil:
		return tlskeys.Shares(q.along)
	case s.fixed:
		return tlskeys.Shares(q.groups)
	}
	return []tlswire.KeyShare{}
}

// inOrder puts shares in the order of the groups, as RFC 8446 section 4.2.8 wants it;
// Erlang declines who has another.
func inOrder(shares []tlswire.KeyShare, groups []uint16) {
	slices.SortFunc(shares, func(a, b tlswire.KeyShare) int {
		return slices.Index(groups, a.Group) - slices.Index(groups, b.Group)
	})
}

// ownShare is the first that a server chose of its groups, among those whose share is
// short, or else shareable.
func ownShare(groups []uint16) (uint16, bool) {
	for _, g := range groups {
		if tlskeys.Short(g) {
			return g, true
		}
	}
	return tlskeys.Shareable(groups)
}
