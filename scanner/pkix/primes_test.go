package pkix

import (
	"flag"
	"math/big"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the product of the small primes anew")

func TestSmallProduct(t *testing.T) {
	want := product(packed(primesBelow(factorBound)))
	if *update {
		if err := os.WriteFile("primes.bin", want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if smallProduct.Cmp(want) != 0 {
		t.Error("primes.bin is not the product of the primes below the bound: run go test ./scanner/pkix -run SmallProduct -update")
	}
	if n := len(primesBelow(rocaTop + 1)); n != rocaPrimes {
		t.Errorf("%d primes up to %d", n, rocaTop)
	}
}

// packed multiplies neighbours as long as they fit a word.
func packed(primes []int64) []int64 {
	words := []int64{1}
	for _, p := range primes {
		if last := len(words) - 1; words[last] < 1<<(63-16) {
			words[last] *= p
		} else {
			words = append(words, p)
		}
	}
	return words
}

// product multiplies in halves, so that the long multiplications are few.
func product(list []int64) *big.Int {
	if len(list) == 1 {
		return big.NewInt(list[0])
	}
	half := len(list) / 2
	return new(big.Int).Mul(product(list[:half]), product(list[half:]))
}
