package tlsprobe

import (
	"encoding/hex"
	"slices"

	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// fixedShares are public values that any server takes for valid: the base
// points. Nobody knows or needs a secret, since the answer to a share is read
// no further than the server's choice. Never written to.
var fixedShares = map[uint16]string{
	29: "0900000000000000000000000000000000000000000000000000000000000000",
	30: "05" + zeros(55),
	23: "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" +
		"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
	24: "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7" +
		"3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
	25: "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de" +
		"3348b3c1856a429bf97e7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97" +
		"ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
}

func zeros(n int) string { return hex.EncodeToString(make([]byte, n)) }

// shares is the key_share list for a hello. An empty one makes a server name
// its choice in a HelloRetryRequest, for any group and without a signature;
// fixed ones are for a server that refuses that.
func (s *session) shares(groups []uint16) []tlswire.KeyShare {
	list := []tlswire.KeyShare{}
	if !s.fixed {
		return list
	}
	for _, g := range groups {
		if value, ok := fixedShares[g]; ok {
			raw, err := hex.DecodeString(value)
			if err != nil {
				panic("tlsprobe: fixed share is no hexadecimal: " + err.Error())
			}
			list = append(list, tlswire.KeyShare{Group: g, Value: raw})
		}
	}
	return list
}

// shareable tells whether any of the groups has a fixed share.
func shareable(groups []uint16) bool {
	return slices.ContainsFunc(groups, func(g uint16) bool { return fixedShares[g] != "" })
}
