package tlskeys

import (
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// points are public values that any server takes for valid: the base points,
// uncompressed. Whoever multiplies one by its secret gets its own public
// value, and sends that: nobody here needs a secret (see sharedSecret). Never
// written to.
var points = map[uint16]string{
	29: "0900000000000000000000000000000000000000000000000000000000000000",
	30: "05" + zeros(55),
	23: "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" +
		"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
	24: "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7" +
		"3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
	25: "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de" +
		"3348b3c1856a429bf97e7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97" +
		"ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
	// RFC 5639 section 3, and GB/T 32918.5 for curveSM2.
	31: "048bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262" +
		"547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997",
	32: "041d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e" +
		"8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315",
	33: "0481aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f7c6d5047406a5e688b352209bcb9f822" +
		"7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892",
	41: "0432c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7" +
		"bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
}

func zeros(n int) string { return hex.EncodeToString(make([]byte, n)) }

// A hybrid is a group of ML-KEM and a curve, in the order of its shares
// (draft-ietf-tls-ecdhe-mlkem section 4). Point 0 is ML-KEM alone.
type hybrid struct {
	kem        kem
	point      uint16
	pointFirst bool
}

// hybrids is never written to.
var hybrids = map[uint16]hybrid{
	512:  {kem: mlkem512},
	513:  {kem: mlkem768},
	514:  {kem: mlkem1024},
	4587: {mlkem768, 23, true},
	4588: {mlkem768, 29, false},
	4589: {mlkem1024, 24, true},
}

// shareOrder is the groups that have a fixed share, those most servers take
// first and the long ones last. Never written to.
var shareOrder = []uint16{29, 23, 24, 25, 30, 31, 32, 33, 41, 256, 257, 258, 259, 260, 4588, 4587, 4589, 513, 514, 512}

// longShares is where they begin to be long.
const longShares = 9

// Share is a public value for the group that any server takes for valid. It is
// not to be written to.
func Share(group uint16) ([]byte, bool) {
	share, ok := fixedShares[group]
	return share, ok
}

// fixedShares is never written to.
var fixedShares = makeShares()

func makeShares() map[uint16][]byte {
	all := map[uint16][]byte{}
	for _, g := range shareOrder {
		all[g], _ = makeShare(g)
	}
	return all
}

func makeShare(group uint16) ([]byte, bool) {
	if p, ok := points[group]; ok {
		return unhex(p), true
	}
	if h, ok := hybrids[group]; ok {
		key, point := h.kem.key(), unhex(points[h.point])
		if h.pointFirst {
			return append(point, key...), true
		}
		return append(key, point...), true
	}
	if g, ok := iana.GroupByCode(group); ok && g.Kind == "ff" {
		if p, ok := iana.PrimeByName(g.Name); ok {
			y := make([]byte, len(p.Value)) // RFC 8446 section 4.2.8.1: as long as the prime
			y[len(y)-1] = 2                 // the generator
			return y, true
		}
	}
	return nil, false
}

func unhex(digits string) []byte {
	raw, err := hex.DecodeString(digits)
	if err != nil {
		panic(fmt.Sprintf("tlskeys: fixed share is no hexadecimal: %v", err))
	}
	return raw
}

// Shares gives a fixed share for each of the groups that has one, and long ones
// only where no short one is among them, so that a hello stays small.
func Shares(groups []uint16) []tlswire.KeyShare {
	list := []tlswire.KeyShare{}
	for i, g := range shareOrder {
		if i == longShares && len(list) > 0 {
			break
		}
		if slices.Contains(groups, g) {
			value, _ := Share(g)
			list = append(list, tlswire.KeyShare{Group: g, Value: value})
		}
	}
	return list
}

// Short tells whether the group has a share that is short, as those on a curve are.
func Short(group uint16) bool { return slices.Contains(shareOrder[:longShares], group) }

// Shareable is the first of the groups that has a fixed share.
func Shareable(groups []uint16) (uint16, bool) {
	for _, g := range shareOrder {
		if slices.Contains(groups, g) {
			return g, true
		}
	}
	return 0, false
}
