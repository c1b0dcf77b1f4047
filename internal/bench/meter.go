//go:build linux

package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// meterEnv makes the test program the meter of the command in its arguments.
const meterEnv = "BENCH_FIPSWEEP_METER"

// Run measures a command, through a process of this program's own: a child's
// peak memory begins at that of the process that started it, since they share
// it until exec, and this one is large by then. The meter is small, about 6 MiB,
// and less than that cannot be measured.
func Run(ctx context.Context, dir string, command []string) (Usage, error) {
	self, err := os.Executable()
	if err != nil {
		return Usage{}, err
	}
	cmd := exec.CommandContext(ctx, self, command...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), meterEnv+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return Usage{}, fmt.Errorf("%s: %w: %.200s", command[0], errors.Join(ctx.Err(), err), errs.String())
	}
	var u Usage
	if err := json.Unmarshal(out.Bytes(), &u); err != nil {
		return Usage{}, fmt.Errorf("%s: the meter said %.200q: %w", command[0], out.String(), err)
	}
	return u, nil
}

// Meter is the other process: it runs the command and prints its Usage. What
// the command prints is dropped; a tool writes its results to a file.
func Meter(command []string) error {
	cmd := exec.Command(command[0], command[1:]...)
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if cmd.ProcessState == nil {
		return err
	}
	r := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return json.NewEncoder(os.Stdout).Encode(Usage{
		Wall: wall,
		CPU:  time.Duration(r.Utime.Nano() + r.Stime.Nano()),
		Peak: r.Maxrss,
		Exit: cmd.ProcessState.ExitCode(),
	})
}
