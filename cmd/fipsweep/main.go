package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// patience is how long a sweep that was interrupted may take to write what it
// finished. Two seconds are promised.
const patience = 1800 * time.Millisecond

func main() {
	defer runtime.KeepAlive(startHeap())
	os.Exit(int(run(os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})))
}

// streams are the three files of a process.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// run is the whole program but for the process it runs in.
func run(args []string, std streams) exitStatus {
	// A pipe that nobody reads any more is an error of writing, and is told.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ended := make(chan struct{})
	defer close(ended)
	context.AfterFunc(ctx, func() {
		stop() // a second signal finds the default handler again and ends the process at once
		select {
		case <-ended:
		case <-time.After(patience): // a read or write that no context reaches, such as a pipe nobody reads
			os.Exit(int(exitInterrupted))
		}
	})
	root := newRoot(std)
	root.SetArgs(args)
	return statusOf(ctx, root.ExecuteContext(ctx), std.err)
}
