package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal finds the default handler again and ends the process at once.
	context.AfterFunc(ctx, stop)
	root := newRoot(std)
	root.SetArgs(args)
	return statusOf(ctx, root.ExecuteContext(ctx), std.err)
}
