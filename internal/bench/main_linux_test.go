package bench

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

// TestMain also serves as the meter, and as the farm.
func TestMain(m *testing.M) {
	var err error
	switch {
	case os.Getenv(meterEnv) != "":
		err = Meter(os.Args[1:])
	case os.Getenv(farmEnv) != "":
		n, _ := strconv.Atoi(os.Getenv(farmEnv))
		err = serveFarm(n)
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
