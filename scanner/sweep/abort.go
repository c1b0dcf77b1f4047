package sweep

import "context"

type abortKey struct{}

// withAbort lets whoever holds the context end the sweep that it belongs to.
func withAbort(ctx context.Context, cancel context.CancelCauseFunc) context.Context {
	return context.WithValue(ctx, abortKey{}, cancel)
}

// abort ends the sweep that ctx belongs to, if any, before its probes can take
// what stopped it for something about their endpoints.
func abort(ctx context.Context, why error) {
	if cancel, ok := ctx.Value(abortKey{}).(context.CancelCauseFunc); ok {
		cancel(why)
	}
}
