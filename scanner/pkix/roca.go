package pkix

import "math/big"

// The primes of Infineon's RSALib are k·M + (65537^a mod M), with M the
// product of the first primes: 39 of them for the shortest keys, more for
// longer ones, so that the first 39 always hold (Nemec, Sys, Svenda, Klinec,
// Matyas: The Return of Coppersmith's Attack, CCS 2017, CVE-2017-15361). A
// product of two such primes is itself a power of 65537 modulo M, which one in
// 2^154 other numbers is.
const (
	rocaGenerator = 65537
	rocaPrimes    = 39
	rocaTop       = 167 // the 39th prime
)

// rocaLog is the discrete logarithms to base 65537 modulo one prime.
type rocaLog struct {
	prime int64
	order int64   // of 65537 modulo the prime
	log   []int64 // by residue; -1 for what is no power
}

var rocaLogs = newROCALogs()

func newROCALogs() []rocaLog {
	var logs []rocaLog
	for _, p := range primesBelow(rocaTop + 1) {
		l := rocaLog{prime: p, log: make([]int64, p)}
		for i := range l.log {
			l.log[i] = -1
		}
		for power := int64(1 % p); l.log[power] < 0; power = power * rocaGenerator % p {
			l.log[power] = l.order
			l.order++
		}
		logs = append(logs, l)
	}
	return logs
}

// roca tells whether n is a power of 65537 modulo the product of the first 39
// primes: whether it has a logarithm modulo each, and one exponent fits all. By
// the Chinese remainder theorem it does when it fits every two.
func roca(n *big.Int) bool {
	var logs [rocaPrimes]int64
	rest := new(big.Int)
	for i, l := range rocaLogs {
		logs[i] = l.log[rest.Mod(n, big.NewInt(l.prime)).Int64()]
		if logs[i] < 0 {
			return false
		}
	}
	for i, a := range rocaLogs {
		for k, b := range rocaLogs[:i] {
			if (logs[i]-logs[k])%commonDivisor(a.order, b.order) != 0 {
				return false
			}
		}
	}
	return true
}

func commonDivisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
