package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/fipsweep/fipsweep/fips"
)

// held says what the files hold that have a say in what a sweep sees, by the
// flag and the name of each, so that whoever goes on with it goes on with the
// same. (Lists of targets and exclusions have a digest of their own, since they
// may come on stdin.) What is no regular file can be read once only, and is not
// among them.
func (f *scanFlags) held() (map[string]string, error) {
	held := map[string]string{}
	for flag, names := range map[string][]string{"--trust": f.trustFiles, "--weak-keys": f.weakKeyFiles, "--moduli": f.moduliFiles, "--policy": f.policies, "--passwords": f.passwords} {
		for _, name := range names {
			if flag == "--policy" && slices.Contains(fips.BuiltInPolicies(), name) {
				continue
			}
			info, err := os.Stat(name)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", flag, err)
			}
			word := flag + " " + name
			switch {
			case !info.Mode().IsRegular():
			case flag == "--passwords":
				// Neither a digest, on which whoever reads the journal could try
				// guesses, nor a size, which may be a password's length.
				held[word] = info.ModTime().UTC().Format(time.RFC3339Nano)
			default:
				if held[word], err = digestOf(name); err != nil {
					return nil, fmt.Errorf("%s: %w", flag, err)
				}
			}
		}
	}
	return held, nil
}

// digestOf is the SHA-256 of a file, in hex.
func digestOf(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}
