package pkix_test

import (
	"crypto/rand"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

func prime(t testing.TB, bits int) *big.Int {
	t.Helper()
	p, err := rand.Prime(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func times(a, b *big.Int) *big.Int { return new(big.Int).Mul(a, b) }

func below(t testing.TB, max *big.Int) *big.Int {
	t.Helper()
	n, err := rand.Int(rand.Reader, max)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// infineon is a prime of the form k·M + (65537^a mod M), as the published
// attack describes those of RSALib: M is the product of the first primes, 39
// for keys of 512 bits, 71 for 1024, 126 for 2048 and 225 for 4096.
func infineon(t testing.TB, bits, primes int) *big.Int {
	t.Helper()
	m := big.NewInt(1)
	for p := int64(2); primes > 0; p++ {
		if q := big.NewInt(p); q.ProbablyPrime(0) {
			m.Mul(m, q)
			primes--
		}
	}
	top := new(big.Int).Lsh(big.NewInt(1), uint(bits))
	for {
		residue := new(big.Int).Exp(big.NewInt(65537), below(t, m), m)
		k := below(t, new(big.Int).Div(top, m))
		if p := residue.Add(residue, k.Mul(k, m)); p.BitLen() == bits && p.ProbablyPrime(10) {
			return p
		}
	}
}

func TestROCA(t *testing.T) {
	for _, size := range []struct{ bits, primes int }{{256, 39}, {512, 71}, {1024, 126}, {2048, 225}} {
		if size.bits > 1024 && testing.Short() {
			continue
		}
		n := times(infineon(t, size.bits, size.primes), infineon(t, size.bits, size.primes))
		if diff := cmp.Diff([]scanner.Weakness{{Name: scanner.WeakROCA}}, pkix.Weaknesses(n)); diff != "" {
			t.Errorf("%d bits (-want +got):\n%s", 2*size.bits, diff)
		}
		// One prime of that form is not enough: nor would the attack work.
		if got := pkix.Weaknesses(times(infineon(t, size.bits, size.primes), prime(t, size.bits))); got != nil {
			t.Errorf("half: %v", got)
		}
	}
}

// TestROCAOneExponent has numbers that are a power of 65537 modulo each prime,
// but not the same: tests of each prime by itself would take them for the form.
func TestROCAOneExponent(t *testing.T) {
	n, m := big.NewInt(1), big.NewInt(2)
	for p := int64(3); p <= 167; p += 2 {
		q := big.NewInt(p)
		if !q.ProbablyPrime(0) {
			continue
		}
		want := new(big.Int).Exp(big.NewInt(65537), below(t, q), q)
		for new(big.Int).Mod(n, q).Cmp(want) != 0 {
			n.Add(n, m)
		}
		m.Mul(m, q)
	}
	if got := pkix.Weaknesses(n.Add(n, times(m, prime(t, 800)))); len(got) > 0 && got[len(got)-1].Name == scanner.WeakROCA {
		t.Errorf("told to be of the form: %v", got)
	}
}

// TestOrdinaryModuli: nothing is found in those that nothing is wrong with.
// Thousands of products are had by multiplying each prime with each other.
func TestOrdinaryModuli(t *testing.T) {
	var primes []*big.Int
	for range 120 {
		primes = append(primes, prime(t, 512))
	}
	n := 0
	for i, p := range primes {
		for _, q := range primes[:i] {
			n++
			if got := pkix.Weaknesses(times(p, q)); got != nil {
				t.Errorf("%v·%v: %v", p, q, got)
			}
		}
	}
	if n < 7000 {
		t.Errorf("%d moduli, want thousands", n)
	}
}

func TestWeakModuli(t *testing.T) {
	p := prime(t, 1024)
	after := func(p *big.Int, gap int64) *big.Int {
		q := new(big.Int).Add(p, big.NewInt(gap))
		for q.Bit(0) == 0 || !q.ProbablyPrime(10) {
			q.Add(q, big.NewInt(1))
		}
		return q
	}
	far := new(big.Int).Add(p, new(big.Int).Lsh(big.NewInt(1), 600)) // differs within the first 424 bits
	close, odd := []scanner.Weakness{{Name: scanner.WeakClosePrimes}}, func(detail string) []scanner.Weakness {
		return []scanner.Weakness{{Name: scanner.WeakSmallFactor, Detail: detail}}
	}
	for _, row := range []struct {
		name string
		n    *big.Int
		want []scanner.Weakness
	}{
		{"the next prime", times(p, after(p, 2)), close},
		{"2^500 apart", times(p, after(new(big.Int).Add(p, new(big.Int).Lsh(big.NewInt(1), 500)), 1)), close},
		{"2^600 apart", times(p, after(far, 1)), nil},
		{"a square", times(p, p), close},
		{"even", times(p, big.NewInt(2)), odd("divisible by 2")},
		{"three", times(times(p, prime(t, 1000)), big.NewInt(3)), odd("divisible by 3")},
		{"751, the last that SP 800-89 asks for", times(p, big.NewInt(751)), odd("divisible by 751")},
		{"65521, the last below 2^16", times(p, big.NewInt(65521)), odd("divisible by 65521")},
		{"65537", times(p, big.NewInt(65537)), nil},
		{"negative", big.NewInt(-15), nil},
		{"nought", big.NewInt(0), nil},
		{"one", big.NewInt(1), nil},
		{"too long to look at", new(big.Int).Lsh(big.NewInt(1), 20000), nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, pkix.Weaknesses(row.n)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestWeakKeyOfOpenSSL: an ordinary key of openssl's is clean, in every form it
// may lie in a file.
func TestWeakKeyOfOpenSSL(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, rsa("3072")...)
	openssl(t, dir, "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=well", "-out", "cert.pem")
	if got := pkix.Certificate(der(t, filepath.Join(dir, "cert.pem"))); got.Key.Bits != 3072 || got.Key.Weak != nil {
		t.Errorf("%+v", got.Key)
	}
	key, err := pkix.PrivateKey(der(t, filepath.Join(dir, "key.pem")))
	if err != nil || key.Key.Bits != 3072 || key.Key.Weak != nil {
		t.Errorf("%+v, %v", key.Key, err)
	}
}

// TestRootsAreNotWeak: no root of a public list has such a key.
func TestRootsAreNotWeak(t *testing.T) {
	data, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		lab.Absent(t, "no certificates on this machine: apt-get install ca-certificates")
	}
	for _, block := range blocks(data) {
		if got := pkix.Certificate(block); got.Key.Weak != nil {
			t.Errorf("%s: %v", got.Subject, got.Key.Weak)
		}
	}
}

func FuzzWeaknesses(f *testing.F) {
	f.Add([]byte{15})
	f.Add(times(prime(f, 128), prime(f, 128)).Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		n := new(big.Int).SetBytes(b)
		for _, w := range pkix.Weaknesses(n) {
			if w.Name == scanner.WeakClosePrimes && n.ProbablyPrime(5) {
				t.Errorf("%v is prime and parted", n)
			}
		}
	})
}

func BenchmarkWeaknesses(b *testing.B) {
	for _, bits := range []int{1024, 2048, 4096} {
		n := times(prime(b, bits/2), prime(b, bits/2))
		b.Run(strconv.Itoa(bits), func(b *testing.B) {
			for b.Loop() {
				pkix.Weaknesses(n)
			}
		})
	}
}
