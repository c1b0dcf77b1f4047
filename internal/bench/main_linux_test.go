package bench

import (
	"fmt"
	"os"
	"testing"
)

// TestMain also serves as the meter, and as the many hosts of a sweep.
func TestMain(m *testing.M) {
	var err error
	switch {
	case os.Getenv(meterEnv) != "":
		err = Meter(os.Args[1:])
	case os.Getenv(farmEnv) != "":
		err = farm(os.Getenv(farmEnv))
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
